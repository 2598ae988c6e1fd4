//! Transfer encodings and charsets, read as far as they can be (RFC 2045 §6, RFC 2047).
//!
//! One wrong byte costs that byte, never the text: what is no base64 is left out, what is no escape stays as it
//! is, and bytes in no known charset are read as UTF-8 if they are that, else as windows-1252, which knows a
//! letter for nearly every byte.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// As much of a page's beginning as is searched for its charset.
const META_BYTES: usize = 4 * 1024;

/// Base64, whatever stands between: other bytes are skipped, an end that is cut is taken as far as it goes.
pub fn base64(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in body {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                // The end of a block; another one may follow.
                (bits, count) = (0, 0);
                continue;
            }
            _ => continue,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from((bits >> count) & 0xff).unwrap_or_default());
            bits &= (1 << count) - 1;
        }
    }
    out
}

/// Whether a body that says it is base64 looks like it: most of it is of that alphabet, in lines without blanks.
pub fn looks_base64(body: &[u8]) -> bool {
    let mut odd = 0_usize;
    for line in body.split(|byte| *byte == b'\n').take(2_000) {
        let line = line.trim_ascii();
        // Blanks are what words have.
        odd += line.iter().filter(|byte| matches!(byte, b' ' | b'\t')).count();
        odd += line.iter().filter(|b| !(b.is_ascii_alphanumeric() || b"+/=-_".contains(b))).count();
    }
    odd * 5 <= body.len().min(200_000)
}

/// Quoted-printable; what is no escape stays as it is.
pub fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut at = 0;
    while let Some(byte) = body.get(at) {
        if *byte != b'=' {
            out.push(*byte);
            at += 1;
            continue;
        }
        if let Some((high, low)) = hex(body.get(at + 1)).zip(hex(body.get(at + 2))) {
            out.push(high << 4 | low);
            at += 3;
            continue;
        }
        let blanks = body[at + 1..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        match &body[at + 1 + blanks..] {
            [b'\r', b'\n', ..] => at += blanks + 3,
            [b'\n', ..] => at += blanks + 2,
            [] => at = body.len(),
            _ => {
                out.push(b'=');
                at += 1;
            }
        }
    }
    out
}

fn hex(byte: Option<&u8>) -> Option<u8> {
    char::from(*byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Bytes as text. The label is believed where it fits; where it does not, the bytes themselves decide.
pub fn characters(bytes: &[u8], charset: Option<&str>) -> String {
    for (mark, encoding) in [
        (&b"\xef\xbb\xbf"[..], UTF_8),
        (b"\xff\xfe", encoding_rs::UTF_16LE),
        (b"\xfe\xff", encoding_rs::UTF_16BE),
    ] {
        if let Some(rest) = bytes.strip_prefix(mark) {
            return encoding.decode_without_bom_handling(rest).0.into_owned();
        }
    }
    let named = charset.map(|name| name.trim().trim_matches(['"', '\'']).to_ascii_lowercase());
    match named.as_deref() {
        Some("utf-7" | "utf7" | "unicode-1-1-utf-7" | "csutf7") => utf7(bytes),
        Some("us-ascii" | "ascii" | "utf-8" | "utf8" | "unknown-8bit" | "x-unknown" | "") | None => {
            guessed(bytes)
        }
        Some(name) => match encoding(name) {
            // Latin-1 in name and UTF-8 in truth: so much valid UTF-8 is no accident.
            Some(encoding) if encoding == WINDOWS_1252 => {
                utf8_beyond_ascii(bytes).map_or_else(|| encoding.decode(bytes).0.into_owned(), str::to_owned)
            }
            Some(encoding) => {
                let (text, _, wrong) = encoding.decode(bytes);
                if wrong {
                    utf8_beyond_ascii(bytes).map_or_else(|| text.clone().into_owned(), str::to_owned)
                } else {
                    text.into_owned()
                }
            }
            None => guessed(bytes),
        },
    }
}

/// UTF-8, else JIS by its escapes, else windows-1252. One broken character in much good UTF-8 is replaced.
fn guessed(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let is_jis = bytes.windows(3).any(|three| matches!(three, [0x1b, b'$', b'B' | b'@']));
        return if is_jis { encoding_rs::ISO_2022_JP.decode(bytes).0.into_owned() } else { text.to_owned() };
    }
    let lossy = String::from_utf8_lossy(bytes);
    let wrong = lossy.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    let right = lossy.chars().filter(|c| !c.is_ascii() && *c != char::REPLACEMENT_CHARACTER).count();
    // Cut in the middle of a character, or one byte lost on the way.
    if right > 3 * wrong { lossy.into_owned() } else { WINDOWS_1252.decode(bytes).0.into_owned() }
}

fn utf8_beyond_ascii(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.is_ascii())
}

/// An encoding by the names that mail programs use besides the registered ones.
fn encoding(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label(name.as_bytes()).or_else(|| {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let label = match plain.as_str() {
            "cp1252" | "ansi" | "ansix341968" | "iso88591" | "latin1" | "88591" | "iso885911"
            | "winlatin1" => "windows-1252",
            "cp1250" => "windows-1250",
            "cp1251" => "windows-1251",
            "cp1253" => "windows-1253",
            "cp1254" => "windows-1254",
            "cp1257" => "windows-1257",
            "cp932" | "ms932" | "windows31j" => "shift_jis",
            "cp936" | "ms936" | "hzgb2312" => "gb18030",
            "cp949" | "ms949" => "euc-kr",
            "cp950" => "big5",
            "cp866" | "ibm866" => "ibm866",
            "iso2022jp2" | "iso2022jpms" | "cp50220" | "cp50221" => "iso-2022-jp",
            "iso885915" | "latin9" => "iso-8859-15",
            "iso88592" | "latin2" => "iso-8859-2",
            "koi8" => "koi8-r",
            "utf16" => "utf-16le",
            _ => return None,
        };
        Encoding::for_label(label.as_bytes())
    })
}

/// A page in its charset: what its part says, else what the page itself says.
pub fn page(bytes: &[u8], charset: Option<&str>) -> String {
    let declared = charset.filter(|name| !name.trim().is_empty());
    // Valid UTF-8 is UTF-8, whatever the page says of itself: programs between recode and leave it.
    if declared.is_none() && utf8_beyond_ascii(bytes).is_none() {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(META_BYTES)]).to_ascii_lowercase();
        if let Some(at) = start.find("charset=").filter(|_| start.contains("<meta")) {
            let rest = start[at + 8..].trim_start_matches(['"', '\'', ' ']);
            let end =
                rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_:.".contains(c))).unwrap_or(rest.len());
            return characters(bytes, Some(&rest[..end]));
        }
    }
    characters(bytes, declared)
}

/// UTF-7 (RFC 2152): letters between `+` and `-` are UTF-16 in base64.
fn utf7(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'+') {
        out.push_str(&guessed(&rest[..at]));
        let coded = &rest[at + 1..];
        let length =
            coded.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte)).count();
        if length == 0 {
            out.push('+');
        } else {
            let bytes = base64(&coded[..length]);
            out.push_str(&encoding_rs::UTF_16BE.decode_without_bom_handling(&bytes[..bytes.len() / 2 * 2]).0);
        }
        rest = &coded[length..];
        rest = rest.strip_prefix(b"-").unwrap_or(rest);
    }
    out.push_str(&guessed(rest));
    out
}

/// The encoded words of a one-line value (RFC 2047). Neighbours in one charset are joined before they are
/// decoded, so a character split over two words is whole again.
pub fn words(line: &[u8]) -> String {
    let mut out = String::with_capacity(line.len());
    // Bytes of words that follow each other, and their charset.
    let mut pending: Option<(String, Vec<u8>)> = None;
    let (mut plain, mut at) = (0, 0);
    while at < line.len() {
        let Some((charset, bytes, length)) =
            line[at..].starts_with(b"=?").then(|| word(&line[at..])).flatten()
        else {
            at += 1;
            continue;
        };
        let between = &line[plain..at];
        let joins = pending.is_some() && between.iter().all(u8::is_ascii_whitespace);
        if !joins {
            flush(&mut out, &mut pending);
            out.push_str(&guessed(between));
        }
        match &mut pending {
            Some((open, held)) if *open == charset => held.extend(bytes),
            _ => {
                flush(&mut out, &mut pending);
                pending = Some((charset, bytes));
            }
        }
        at += length;
        plain = at;
    }
    flush(&mut out, &mut pending);
    out.push_str(&guessed(&line[plain..]));
    out
}

fn flush(out: &mut String, pending: &mut Option<(String, Vec<u8>)>) {
    if let Some((charset, bytes)) = pending.take() {
        out.push_str(&characters(&bytes, Some(&charset)));
    }
}

/// `=?charset?b?…?=` at the beginning: charset, bytes, and how long it is.
fn word(text: &[u8]) -> Option<(String, Vec<u8>, usize)> {
    let body = &text[2..];
    let first = body.iter().take(60).position(|byte| *byte == b'?')?;
    let how = *body.get(first + 1)?;
    if body.get(first + 2) != Some(&b'?') {
        return None;
    }
    let inner = &body[first + 3..];
    // Some programs leave blanks in, or let a `?` stand in Q words.
    let end = inner.windows(2).take(2_000).position(|two| two == b"?=")?;
    let label = std::str::from_utf8(&body[..first]).ok()?;
    let charset = label.split('*').next().unwrap_or_default().to_ascii_lowercase();
    let bytes = match how {
        b'b' | b'B' => base64(&inner[..end]),
        b'q' | b'Q' => {
            let spaced: Vec<u8> = inner[..end].iter().map(|b| if *b == b'_' { b' ' } else { *b }).collect();
            quoted_printable(&spaced)
        }
        _ => return None,
    };
    (!charset.is_empty()).then_some((charset, bytes, 2 + first + 3 + end + 2))
}

/// A parameter's value with its charset and percent signs read (RFC 2231).
pub fn extended(value: &[u8]) -> String {
    let mut pieces = value.splitn(3, |byte| *byte == b'\'');
    let (charset, rest) = match (pieces.next(), pieces.next(), pieces.next()) {
        (Some(charset), Some(_), Some(rest)) => {
            (Cow::from(String::from_utf8_lossy(charset).into_owned()), rest)
        }
        _ => (Cow::from(""), value),
    };
    characters(&percent(rest), Some(&charset))
}

/// Percent signs read.
pub fn percent(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut at = 0;
    while let Some(byte) = value.get(at) {
        match (byte, hex(value.get(at + 1)).zip(hex(value.get(at + 2)))) {
            (b'%', Some((high, low))) => {
                out.push(high << 4 | low);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    out
}

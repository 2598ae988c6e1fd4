//! What a file is called and what it is, as far as that is safe to say (control 49).
//!
//! Names and types come from outside. Only a type that a browser merely shows or saves is ever told to
//! one; pages, drawings with scripts and anything unknown go out as plain bytes.

/// The longest name, in characters.
const NAME_MAX: usize = 150;
/// The longest ending that is kept when a name is cut.
const ENDING_MAX: usize = 16;
/// What is told of bytes that nobody knows.
pub const BYTES: &str = "application/octet-stream";
/// Shown on the page itself. Only ever said of bytes that begin so.
const PICTURES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];
/// Types that browsers show or save, and never run.
const PASSIVE: [&str; 8] = [
    "application/pdf",
    "application/json",
    "application/zip",
    "application/gzip",
    "text/plain",
    "text/csv",
    "message/rfc822",
    BYTES,
];

/// How many bytes [`media_type`] looks at.
pub const HEAD: usize = 16;

/// What the bytes themselves say.
fn sniffed(head: &[u8]) -> Option<&'static str> {
    match head {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("application/pdf"),
        _ => None,
    }
}

/// The type that is kept: what the bytes say, else what the sender says, if that can be one and does not
/// claim a type that the bytes would show.
pub fn media_type(head: &[u8], declared: &str) -> String {
    if let Some(known) = sniffed(head) {
        return known.into();
    }
    let declared = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let word = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    let sane = declared.len() <= 100
        && declared.split_once('/').is_some_and(|(kind, rest)| word(kind) && word(rest))
        && !PICTURES.contains(&declared.as_str())
        && declared != "application/pdf";
    if sane { declared } else { BYTES.into() }
}

/// Whether a page may show it: one of four kinds of pictures, by its bytes.
pub fn inline(media_type: &str) -> bool {
    PICTURES.contains(&media_type)
}

/// What a browser is told that it is.
pub fn told(media_type: &str) -> &str {
    match media_type {
        "text/plain" => "text/plain; charset=utf-8",
        "text/csv" => "text/csv; charset=utf-8",
        known if PICTURES.contains(&known) || PASSIVE.contains(&known) => known,
        _ => BYTES,
    }
}

/// Turns the reading direction or hides, so that a name looks like another one.
fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A name without folders and without signs that deceive, of at most 150 characters.
pub fn file_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().take(16 * NAME_MAX).filter(|c| !deceives(*c)).collect();
    let shown = shown.trim().trim_matches('.').trim();
    if shown.is_empty() {
        return "file".into();
    }
    if shown.chars().count() <= NAME_MAX {
        return shown.into();
    }
    let ending = shown.rsplit_once('.').map(|(_, ending)| ending);
    let ending = ending.filter(|ending| ending.chars().count() < ENDING_MAX);
    let ending = ending.map(|ending| format!(".{ending}")).unwrap_or_default();
    let kept: String = shown.chars().take(NAME_MAX - ending.chars().count()).collect();
    format!("{}{ending}", kept.trim_end())
}

/// How a file goes out: shown or saved, and under which name (RFC 6266, RFC 8187).
pub fn disposition(inline: bool, name: &str) -> String {
    let how = if inline { "inline" } else { "attachment" };
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !"\"\\%;".contains(c) || c == ' ' { c } else { '_' })
        .collect();
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_49_only_the_bytes_make_a_picture() {
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n....", "text/html"), "image/png");
        assert_eq!(media_type(b"RIFF\x00\x00\x00\x00WEBPVP8 ", ""), "image/webp");
        for declared in ["image/png", "IMAGE/PNG; x=y", "application/pdf", "", "no type", "a/b/c", "a/<b>"] {
            assert_eq!(media_type(b"<svg onload=alert(1)>", declared), BYTES, "{declared}");
        }
        assert_eq!(media_type(b"<svg", "image/svg+xml"), "image/svg+xml");
    }

    #[test]
    fn control_49_what_can_run_goes_out_as_bytes() {
        let run = [
            "text/html",
            "image/svg+xml",
            "application/xhtml+xml",
            "text/xml",
            "text/javascript",
            "application/xml",
            "multipart/related",
            "text/vtt",
            "application/x-shockwave-flash",
        ];
        for kind in run {
            assert_eq!((told(kind), inline(kind)), (BYTES, false), "{kind}");
        }
        assert_eq!(told("image/gif"), "image/gif");
        assert_eq!(told("text/plain"), "text/plain; charset=utf-8");
    }

    #[test]
    fn names_lead_nowhere_and_deceive_nobody() {
        assert_eq!(file_name("../../etc/passwd"), "passwd");
        assert_eq!(file_name("C:\\Users\\ada\\log.txt"), "log.txt");
        assert_eq!(file_name("invoice\u{202e}fdp.exe\r\n"), "invoicefdp.exe");
        assert_eq!(file_name(" .. "), "file");
        assert_eq!(file_name(""), "file");
        let long = file_name(&format!("{}.png", "ü".repeat(1_000)));
        assert_eq!(long.chars().count(), 150);
        assert!(long.ends_with("ü.png"));
    }

    #[test]
    fn a_name_stays_within_its_header() {
        let header = disposition(false, "Größe \"1\"; filename=x.html");
        assert_eq!(
            header,
            "attachment; filename=\"Gr__e _1__ filename=x.html\"; \
             filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%221%22%3B%20filename%3Dx.html"
        );
        assert!(disposition(true, "a.png").starts_with("inline; filename=\"a.png\""));
    }
}

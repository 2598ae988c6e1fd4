//! Finds a mask that comes back in a request, in any spelling a form or script would give it, and
//! the form field that would change the method.
//!
//! Bytes run through four small decoders in a row (escapes with `%`, twice; JSON `\u`; HTML
//! references) into the matchers. Works across any split of the input.

use pforte_core::catalogue::MASK;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    Mask,
    MethodOverride,
}

/// How many bullets in a row make a mask.
const BULLETS: u8 = 5;
const _: () = assert!(MASK.len() == 3 * BULLETS as usize);

/// Longest sequence a decoder holds back.
const HELD: usize = 16;

/// Scans one request body, or target.
#[derive(Debug)]
pub(crate) struct Scanner {
    percent: [Percent; 2],
    json: Held,
    entity: Held,
    bullets: Bullets,
    form: Option<Word>,
    member: Option<Word>,
    found: Option<Finding>,
}

impl Scanner {
    /// `form`: also looks for a form field `_method`; `json`: for such a member.
    pub(crate) fn new(form: bool, json: bool) -> Self {
        Self {
            percent: [Percent::default(), Percent::default()],
            json: Held::default(),
            entity: Held::default(),
            bullets: Bullets::default(),
            form: form.then(Word::form),
            member: json.then(Word::member),
            found: None,
        }
    }

    /// Whether `bytes` as a whole hold a mask.
    pub(crate) fn find_mask(bytes: &[u8]) -> bool {
        if !bytes.iter().any(|b| is_special(*b)) {
            return false;
        }
        let mut scanner = Self::new(false, false);
        scanner.push(bytes) == Some(Finding::Mask) || scanner.finish() == Some(Finding::Mask)
    }

    /// Takes the next bytes; answers as soon as something was found, and from then on.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Option<Finding> {
        let words = self.form.is_some() || self.member.is_some();
        for &byte in bytes {
            if !words && !is_special(byte) && self.is_idle() {
                self.bullets = Bullets::default();
                continue;
            }
            self.outer(byte);
        }
        self.found
    }

    /// The input ended: decides about what was held back.
    pub(crate) fn finish(&mut self) -> Option<Finding> {
        let mut out = Vec::new();
        self.percent[0].flush(&mut out);
        for byte in std::mem::take(&mut out) {
            self.inner(byte);
        }
        self.percent[1].flush(&mut out);
        for byte in std::mem::take(&mut out) {
            self.text(byte);
        }
        for byte in self.json.take() {
            self.reference(byte);
        }
        let rest = self.entity.take();
        if is_bullet_reference(&rest) {
            self.bullet();
        } else {
            rest.into_iter().for_each(|byte| self.plain(byte));
        }
        self.found
    }

    fn is_idle(&self) -> bool {
        self.percent.iter().all(Percent::is_idle) && self.json.0.is_empty() && self.entity.0.is_empty()
    }

    fn outer(&mut self, byte: u8) {
        for byte in self.percent[0].push(byte) {
            self.inner(byte);
        }
    }

    fn inner(&mut self, byte: u8) {
        for byte in self.percent[1].push(byte) {
            self.text(byte);
        }
    }

    /// JSON escapes: `\u2022`, and any other `\u00XX` as the byte it is.
    fn text(&mut self, byte: u8) {
        if self.json.0.is_empty() && byte != b'\\' {
            return self.reference(byte);
        }
        self.json.0.push(byte);
        let held = &self.json.0;
        let goes_on = match held.len() {
            1 => true,
            2 => byte == b'u',
            _ => byte.is_ascii_hexdigit(),
        };
        if goes_on && held.len() < 6 {
            return;
        }
        let held = self.json.take();
        let code = std::str::from_utf8(&held[held.len().min(2)..])
            .ok()
            .and_then(|hex| u32::from_str_radix(hex, 16).ok());
        match code {
            Some(0x2022) if held.len() == 6 => self.bullet_text(),
            Some(code) if held.len() == 6 && code < 0x80 => self.reference(code as u8),
            _ if held.len() == 2 && !matches!(byte, b'\\') => {
                // An escape such as \" or \/ stands for the character itself.
                self.reference(b'\\');
                self.reference(byte);
            }
            _ => {
                let again = held.len() > 1 && byte == b'\\';
                let end = if again { held.len() - 1 } else { held.len() };
                held[..end].iter().for_each(|b| self.reference(*b));
                if again {
                    self.json.0.push(byte);
                }
            }
        }
    }

    fn bullet_text(&mut self) {
        if !self.entity.0.is_empty() {
            let held = self.entity.take();
            held.into_iter().for_each(|b| self.plain(b));
        }
        self.bullet();
    }

    /// HTML references, with or without their semicolon.
    fn reference(&mut self, byte: u8) {
        if self.entity.0.is_empty() && byte != b'&' {
            return self.plain(byte);
        }
        let goes_on = self.entity.0.is_empty() || byte.is_ascii_alphanumeric() || byte == b'#';
        if goes_on && self.entity.0.len() < HELD {
            self.entity.0.push(byte);
            return;
        }
        let held = self.entity.take();
        let bullet = is_bullet_reference(&held);
        if bullet {
            self.bullet();
        } else {
            held.into_iter().for_each(|b| self.plain(b));
        }
        match byte {
            b'&' => self.entity.0.push(byte),
            b';' if bullet => {}
            _ => self.plain(byte),
        }
    }

    fn bullet(&mut self) {
        if self.bullets.whole() {
            self.found = Some(Finding::Mask);
        }
    }

    fn plain(&mut self, byte: u8) {
        if self.bullets.push(byte) {
            self.found = Some(Finding::Mask);
        }
        let words = [self.form.as_mut(), self.member.as_mut()];
        if self.found.is_none() && words.into_iter().flatten().any(|word| word.push(byte)) {
            self.found = Some(Finding::MethodOverride);
        }
    }
}

const fn is_special(byte: u8) -> bool {
    matches!(byte, b'%' | b'\\' | b'&' | 0x80..)
}

fn is_bullet_reference(held: &[u8]) -> bool {
    let Some(name) = held.strip_prefix(b"&") else { return false };
    let number = |digits: &[u8], radix| {
        std::str::from_utf8(digits).ok().and_then(|text| u32::from_str_radix(text, radix).ok())
    };
    match name {
        b"bull" | b"bullet" => true,
        [b'#', b'x' | b'X', digits @ ..] => matches!(number(digits, 16), Some(0x2022 | 0x95)),
        [b'#', digits @ ..] => matches!(number(digits, 10), Some(8226 | 0x95)),
        _ => false,
    }
}

/// Bytes a decoder holds back until it knows what they are.
#[derive(Debug, Default)]
struct Held(Vec<u8>);

impl Held {
    fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

/// Undoes `%XX`.
#[derive(Debug, Default)]
struct Percent {
    held: [u8; 2],
    len: u8,
}

impl Percent {
    fn is_idle(&self) -> bool {
        self.len == 0
    }

    /// What comes out for one byte: at most three.
    fn push(&mut self, byte: u8) -> impl Iterator<Item = u8> + use<> {
        let (mut out, mut n) = ([0; 3], 0);
        let mut emit = |b| {
            out[n] = b;
            n += 1;
        };
        match (self.len, byte) {
            (0, b'%') => (self.held[0], self.len) = (byte, 1),
            (0, _) => emit(byte),
            (1, _) if byte.is_ascii_hexdigit() => (self.held[1], self.len) = (byte, 2),
            (2, _) if byte.is_ascii_hexdigit() => {
                let digit = |b: u8| (b as char).to_digit(16).unwrap_or_default() as u8;
                emit(digit(self.held[1]) << 4 | digit(byte));
                self.len = 0;
            }
            (len, _) => {
                emit(self.held[0]);
                if len == 2 {
                    emit(self.held[1]);
                }
                self.len = 0;
                if byte == b'%' {
                    (self.held[0], self.len) = (byte, 1);
                } else {
                    emit(byte);
                }
            }
        }
        out.into_iter().take(n)
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.held[..self.len as usize]);
        self.len = 0;
    }
}

/// Undoes `%XX` in a whole text.
pub(crate) fn percent_decode(bytes: &[u8], out: &mut Vec<u8>) {
    let mut percent = Percent::default();
    for &byte in bytes {
        out.extend(percent.push(byte));
    }
    percent.flush(out);
}

/// Counts bullets that follow each other, in UTF-8 or windows-1252.
#[derive(Debug, Default)]
struct Bullets {
    whole: u8,
    part: u8,
}

impl Bullets {
    fn whole(&mut self) -> bool {
        self.part = 0;
        self.whole += 1;
        self.whole >= BULLETS
    }

    fn push(&mut self, byte: u8) -> bool {
        match (self.part, byte) {
            (0, 0x95) | (2, 0xa2) => return self.whole(),
            (1, 0x80) => self.part = 2,
            (_, 0xe2) => {
                if self.part != 0 {
                    self.whole = 0;
                }
                self.part = 1;
            }
            _ => *self = Self::default(),
        }
        false
    }
}

/// Finds `_method` standing as a name.
#[derive(Debug)]
struct Word {
    /// What may stand before the name.
    before: &'static [u8],
    after: &'static [u8],
    at: usize,
    last: u8,
}

impl Word {
    const NAME: &'static [u8] = b"_method";

    const fn form() -> Self {
        Self { before: b"&\"=\n", after: b"=\"\r;[", at: 0, last: b'&' }
    }

    const fn member() -> Self {
        Self { before: b"\"", after: b"\"", at: 0, last: b' ' }
    }

    fn push(&mut self, byte: u8) -> bool {
        let last = std::mem::replace(&mut self.last, byte);
        if self.at == Self::NAME.len() {
            self.at = 0;
            return self.after.contains(&byte);
        }
        let begins = self.at > 0 || self.before.contains(&last);
        if begins && byte.eq_ignore_ascii_case(&Self::NAME[self.at]) {
            self.at += 1;
        } else {
            self.at = 0;
        }
        false
    }
}

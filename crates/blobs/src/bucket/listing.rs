//! What S3 answers as XML: the objects of a listing, the code of an error. Only what is needed is read, and
//! what does not look like ours is left out.

use std::borrow::Cow;

use jiff::Timestamp;
use pforte_core::kernel::Moment;
use quick_xml::{Reader, events::Event};

/// One page of a listing.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub objects: Vec<Object>,
    /// Whether there are more.
    pub truncated: bool,
}

/// An object, as listed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Object {
    pub key: String,
    /// When it was last written; an unreadable time counts as now.
    pub written: Option<Moment>,
}

/// Reads a page; `None` when it is no listing.
pub fn page(xml: &str) -> Option<Page> {
    let (mut page, mut known) = (Page::default(), false);
    texts(xml, |path, text| match path {
        ["ListBucketResult"] => known = true,
        ["ListBucketResult", "IsTruncated"] => page.truncated = text == "true",
        ["ListBucketResult", "Contents"] => page.objects.push(Object::default()),
        ["ListBucketResult", "Contents", name] => {
            let Some(object) = page.objects.last_mut() else { return };
            match *name {
                "Key" => object.key.push_str(text),
                "LastModified" => object.written = text.parse::<Timestamp>().ok().map(moment),
                _ => {}
            }
        }
        _ => {}
    })?;
    known.then_some(page)
}

fn moment(at: Timestamp) -> Moment {
    Moment(at.as_microsecond())
}

/// The code of an error; empty when there is none. Nothing else of the body is told: S3 repeats what it
/// was sent, signature included.
pub fn code(xml: &str) -> String {
    let mut code = String::new();
    let _ = texts(xml, |path, text| {
        if path == ["Error", "Code"] {
            code.push_str(text);
        }
    });
    if code.len() > 64 || !code.bytes().all(|b| b.is_ascii_alphanumeric()) { String::new() } else { code }
}

/// Deeper than any answer of S3's.
const DEPTH: usize = 16;

/// Tells each element with an empty text when it begins, and each text with the path to it.
fn texts(xml: &str, mut tell: impl FnMut(&[&str], &str)) -> Option<()> {
    let mut reader = Reader::from_str(xml);
    let mut path: Vec<String> = Vec::new();
    let mut told = |path: &[String], text: &str| {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        tell(&path, text);
    };
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) if path.len() < DEPTH => {
                path.push(String::from_utf8_lossy(element.local_name().as_ref()).into_owned());
                told(&path, "");
            }
            Event::Start(_) => return None,
            Event::End(_) => drop(path.pop()),
            Event::Text(text) => told(&path, &text.decode().unwrap_or(Cow::Borrowed("?"))),
            // Nothing of ours needs an escape: it makes a key foreign.
            Event::GeneralRef(_) | Event::CData(_) => told(&path, "?"),
            Event::Eof => return path.is_empty().then_some(()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_and_what_is_none_is_refused() {
        let xml = "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"x\"><IsTruncated>true</IsTruncated>\
                   <Contents><Key>a/b</Key><LastModified>1970-01-01T00:00:01.000Z</LastModified><Size>3</Size>\
                   </Contents><Contents><Key>a&amp;c</Key></Contents></ListBucketResult>";
        let page = page(xml).expect("a page");
        assert!(page.truncated);
        assert_eq!(page.objects[0], Object { key: "a/b".into(), written: Some(Moment(1_000_000)) });
        assert_eq!(page.objects[1], Object { key: "a?c".into(), written: None });
        for none in ["", "<html></html>", "<ListBucketResult><Contents>", &"<a>".repeat(40)] {
            assert_eq!(super::page(none), None, "{none}");
        }
    }

    #[test]
    fn of_an_error_only_the_code_is_told() {
        assert_eq!(code("<Error><Code>NoSuchKey</Code><Message>m</Message></Error>"), "NoSuchKey");
        assert_eq!(code("<Error><Code>AKIA/secret</Code></Error>"), "");
        assert_eq!(code("no xml <"), "");
    }
}

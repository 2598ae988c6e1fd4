//! Which open elements a start tag ends without saying so (HTML, "optional tags" and tree
//! construction).
//!
//! Where browsers differ from the plain nesting of tags, a pass must not reach further than they
//! would let it: whenever in doubt an element counts as ended.

const CLOSES_P: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dd",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "li",
    "listing",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "plaintext",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "ul",
    "xmp",
];
const SCOPE: &[&str] =
    &["applet", "caption", "html", "table", "td", "th", "marquee", "object", "template", "foreignobject"];
const IN_HEAD: &[&str] = &[
    "base", "basefont", "bgsound", "link", "meta", "noframes", "noscript", "script", "style", "template",
    "title",
];
const HEADINGS: &[&str] = &["h1", "h2", "h3", "h4", "h5", "h6"];
/// HTML elements that end foreign content they stand in.
const BREAKS_OUT: &[&str] = &[
    "b",
    "big",
    "blockquote",
    "body",
    "br",
    "center",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "i",
    "img",
    "li",
    "listing",
    "menu",
    "meta",
    "nobr",
    "ol",
    "p",
    "pre",
    "ruby",
    "s",
    "small",
    "span",
    "strong",
    "strike",
    "sub",
    "sup",
    "table",
    "tt",
    "u",
    "ul",
    "var",
];
const INTEGRATION: &[&str] =
    &["foreignobject", "desc", "title", "annotation-xml", "mi", "mo", "mn", "ms", "mtext"];
const CELLS: &[&str] = &["td", "th", "caption", "colgroup"];
const ROWS: &[&str] = &["tr", "td", "th", "caption", "colgroup"];
const SECTIONS: &[&str] = &["tbody", "thead", "tfoot", "tr", "td", "th", "caption", "colgroup"];

/// The position in `open` (outermost first) from which elements end when `new` begins, if any does.
pub(super) fn ended_by(new: &str, open: &[&str]) -> Option<usize> {
    let mut from = open.len();
    let mut end = |found: Option<usize>| {
        if let Some(at) = found {
            from = from.min(at);
        }
    };
    if CLOSES_P.contains(&new) {
        end(nearest(open, &["p"], &["button"]));
    }
    if BREAKS_OUT.contains(&new) {
        end(outermost(open, &["svg", "math"], INTEGRATION));
    }
    if !IN_HEAD.contains(&new) {
        end(open.iter().position(|name| *name == "head"));
    }
    match new {
        "li" => end(nearest(open, &["li"], &["ul", "ol", "menu", "dir"])),
        "dd" | "dt" => end(nearest(open, &["dd", "dt"], &["dl"])),
        "option" => end(nearest(open, &["option"], &["select", "datalist"])),
        "optgroup" | "hr" => end(outermost(open, &["option", "optgroup"], &["select", "datalist"])),
        "rb" | "rt" | "rtc" | "rp" => end(outermost(open, &["rb", "rt", "rtc", "rp"], &["ruby"])),
        "a" | "nobr" | "button" => end(nearest(open, &[new], &[])),
        "input" | "keygen" | "textarea" | "select" => end(nearest(open, &["select"], &[])),
        "td" | "th" => end(in_table(open, CELLS)),
        "tr" => end(in_table(open, ROWS)),
        "tbody" | "thead" | "tfoot" | "caption" | "colgroup" | "col" => end(in_table(open, SECTIONS)),
        "table" => end(nearest(open, &["table"], &["td", "th", "caption"])),
        heading if HEADINGS.contains(&heading) => {
            let top = open.len().checked_sub(1);
            end(top.filter(|at| HEADINGS.contains(&open[*at])));
        }
        _ => {}
    }
    (from < open.len()).then_some(from)
}

/// The innermost of `wanted`, not looking beyond a barrier.
fn nearest(open: &[&str], wanted: &[&str], barriers: &[&str]) -> Option<usize> {
    for (at, name) in open.iter().enumerate().rev() {
        if wanted.contains(name) {
            return Some(at);
        }
        if barriers.contains(name) || SCOPE.contains(name) {
            return None;
        }
    }
    None
}

/// The outermost of `wanted` this side of a barrier.
fn outermost(open: &[&str], wanted: &[&str], barriers: &[&str]) -> Option<usize> {
    let within =
        open.iter().rposition(|name| barriers.contains(name) || SCOPE.contains(name)).map_or(0, |at| at + 1);
    open[within..].iter().position(|name| wanted.contains(name)).map(|at| within + at)
}

/// The outermost of `wanted` inside the innermost table.
fn in_table(open: &[&str], wanted: &[&str]) -> Option<usize> {
    let within = open.iter().rposition(|name| matches!(*name, "table" | "template")).map_or(0, |at| at + 1);
    open[within..].iter().position(|name| wanted.contains(name)).map(|at| within + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_tags_end_what_they_end_in_a_browser() {
        let table: &[(&str, &[&str], Option<usize>)] = &[
            ("li", &["ul", "li"], Some(1)),
            ("li", &["ul", "li", "ul"], None),
            ("li", &["ul", "li", "b"], Some(1)),
            ("div", &["div", "p", "span"], Some(1)),
            ("div", &["p", "table", "tr", "td"], None),
            ("td", &["table", "tr", "td"], Some(2)),
            ("tr", &["table", "tbody", "tr", "td"], Some(2)),
            ("tbody", &["table", "thead", "tr", "th"], Some(1)),
            ("tr", &["table", "tr", "td", "table"], None),
            ("dd", &["dl", "dt"], Some(1)),
            ("option", &["select", "option"], Some(1)),
            ("optgroup", &["select", "optgroup", "option"], Some(1)),
            ("h2", &["h1"], Some(0)),
            ("a", &["a", "b"], Some(0)),
            ("p", &["html", "head"], Some(1)),
            ("meta", &["html", "head"], None),
            ("div", &["div", "svg", "g"], Some(1)),
            ("div", &["svg", "foreignobject"], None),
            ("span", &["p"], None),
        ];
        for (new, open, from) in table {
            assert_eq!(ended_by(new, open), *from, "<{new}> in {open:?}");
        }
    }
}

mod attributes;

use std::sync::Arc;

use proptest::prelude::*;
use scraper::{ElementRef, Html};

use super::HtmlMask;
use crate::{
    body::{Filter, FilterError},
    mask::Plan,
};
use pforte_core::catalogue::PassList;

/// What comes after the mask, changing nothing.
struct AsIs;

impl Filter for AsIs {
    fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), FilterError> {
        out.extend_from_slice(chunk);
        Ok(())
    }

    fn finish(&mut self, _: &mut Vec<u8>) -> Result<(), FilterError> {
        Ok(())
    }
}

fn plan(pass: &[&str], mask: &[&str]) -> Plan {
    let own = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    Plan::new(&PassList { html: own(pass), html_mask: own(mask), ..PassList::default() }).unwrap()
}

fn run_split(plan: &Plan, input: &[u8], cuts: &[usize]) -> Result<String, FilterError> {
    let mut mask = HtmlMask::new(Arc::clone(&plan.html), AsIs);
    let mut out = Vec::new();
    for pair in cuts.windows(2) {
        mask.push(&input[pair[0]..pair[1]], &mut out)?;
    }
    mask.finish(&mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn run(plan: &Plan, input: &str) -> String {
    run_split(plan, input.as_bytes(), &[0, input.len()]).unwrap()
}

fn default_plan() -> Plan {
    plan(&[".pass", "h1"], &[".mask"])
}

/// Rule B5, controls 10 and 32.
#[test]
fn b5_text_and_attributes_stay_only_where_named() {
    let page = "<!doctype html><html lang=de><head><meta charset=utf-8><title>Erika</title>\
        <meta name=viewport content=\"width=device-width\"><meta name=author content=Erika>\
        <link rel=stylesheet href=/a.css?u=Erika data-x=Erika><style>.x{content:'Erika'}</style>\
        <script src=/app.js>Erika</script></head><body data-user=Erika class=page>\
        <!-- Erika --><h1 id=top>Server</h1><p title=Erika>  Erika &amp; Max </p>\
        <div class=pass><a href=/x>open</a> <i class=mask title=Erika>Erika <b>Max</b></i> more</div>\
        <input name=n value=Erika><textarea>Erika</textarea><svg><text>Erika</text></svg></body></html>";
    let got = run(&default_plan(), page);
    assert!(!got.contains("Erika") && !got.contains("Max"), "{got}");
    for kept in [
        "<!doctype html>",
        "<title>•••••</title>",
        "href=\"/a.css\"",
        "<h1 id=\"top\">Server</h1>",
        "<p>  •••••</p>",
        "<a href=\"/x\">open</a> ",
        "<i class=\"mask\">•••••<b>•••••</b></i> more",
        "value=\"•••••\"",
        "<textarea>•••••</textarea>",
        "width=device-width",
        "<script src=\"/app.js\"></script>",
        "<style></style>",
    ] {
        assert!(got.contains(kept), "{kept} in {got}");
    }
}

/// A pass ends where a browser would end the element, said or unsaid.
#[test]
fn a_pass_never_reaches_beyond_its_element() {
    let pages = [
        "<ul><li class=pass>open<li>SECRET</ul>",
        "<ul><li class=pass>open<b><li>SECRET</ul>",
        "<p class=pass>open<div>SECRET</div>",
        "<p><span class=pass>open<div>SECRET</div>",
        "<p class=pass>open<p>SECRET",
        "<table><tr><td class=pass>open<td>SECRET</table>",
        "<table><tr class=pass><td>open<tr><td>SECRET</table>",
        "<table><tbody class=pass><tr><td>open<tbody><tr><td>SECRET</table>",
        "<dl><dt class=pass>open<dd>SECRET</dl>",
        "<select><option class=pass>open<option>SECRET</select>",
        "<select><optgroup class=pass><option>open<optgroup><option>SECRET</select>",
        "<div><span class=pass>open</div>SECRET",
        "<h1>open<h2>SECRET</h2>",
        "<head class=pass></head>SECRET",
        "<html><head class=pass><body>SECRET",
        "<head class=pass>SECRET",
        "<svg class=pass><div>SECRET</div></svg>",
        "<ruby><rt class=pass>open<rt>SECRET</ruby>",
        "<a class=pass>open<a>SECRET</a>",
        "<p class=pass>open</p>SECRET",
        "<br class=pass>SECRET",
        "<img class=pass>SECRET",
        "<div class=pass />open</div>SECRET",
        "<!--<div class=pass>-->SECRET",
        "<title><b class=pass></title>SECRET",
        "<script>'<b class=pass>'</script>SECRET",
        "<span class=pass>open</span><![CDATA[SECRET]]>",
        "<?SECRET?>",
        "<!SECRET>",
        "<!doctype SECRET>",
        "<!doctype html PUBLIC \"SECRET\">",
        "<p title=\"SECRET",
        "<p SECRET=1>",
        "<p></p SECRET=1>",
        "<!-- SECRET",
        "<iframe srcdoc=SECRET>SECRET</iframe><noscript>SECRET</noscript><xmp>SECRET</xmp><noembed>SECRET</noembed>",
        "<img alt=SECRET src=SECRET style=SECRET onclick=SECRET><a href=SECRET>SECRET</a><option value=SECRET selected>",
        "<plaintext>SECRET",
    ];
    for page in pages {
        let got = run(&default_plan(), page);
        assert!(!got.contains("SECRET"), "{page} gave {got}");
        assert!(page.contains("open") == got.contains("open"), "{page} gave {got}");
    }
}

#[test]
fn selectors_about_nesting_know_unsaid_ends() {
    let within = plan(&["li.pass span"], &[]);
    assert!(run(&within, "<ul><li class=pass><span>open</span></li></ul>").contains("open"));
    assert!(!run(&within, "<ul><li class=pass>a<li><span>SECRET</span></ul>").contains("SECRET"));
    let masked = plan(&["table"], &["tr > td.secret"]);
    assert!(!run(&masked, "<table><tr><td>a<td class=secret>SECRET</table>").contains("SECRET"));
    assert!(
        run(&masked, "<table><tr><td>open</td><td class=secret>SECRET</td></tr></table>").contains("open")
    );
}

#[test]
fn too_deep_pages_are_cut() {
    let page = "<div>".repeat(600);
    assert!(run_split(&default_plan(), page.as_bytes(), &[0, page.len()]).is_err());
}

/// Tags that do not fit each other: every start with every end, in three surroundings. What a browser's
/// tree holds outside of a passing element is not in the output.
#[test]
fn no_mismatch_of_tags_shows_what_a_browser_would_not_let_pass() {
    const STARTS: &[&str] = &[
        "h1",
        "h2 class=pass",
        "p class=pass",
        "li class=pass",
        "dd class=pass",
        "td class=pass",
        "tr class=pass",
        "a class=pass",
        "b class=pass",
        "button class=pass",
        "option class=pass",
        "form class=pass",
        "div class=pass",
        "span class=pass",
        "svg class=pass",
        "svg><g class=pass",
        "svg><foreignObject class=pass",
        "math class=pass",
        "math><mi class=pass",
        "template class=pass",
        "table class=pass",
        "caption class=pass",
        "select class=pass",
        "ruby><rt class=pass",
        "applet class=pass",
        "nobr class=pass",
    ];
    const ENDS: &[&str] = &[
        "h1", "h2", "h6", "p", "li", "dd", "dt", "td", "tr", "table", "tbody", "a", "b", "button", "form",
        "div", "span", "svg", "g", "math", "template", "body", "html", "select", "br", "applet", "unknown",
    ];
    let plan = default_plan();
    let mut tried = 0;
    for start in STARTS {
        for end in ENDS {
            for around in ["#", "<table><tr><td>#</table>", "<div><svg><desc>#</desc></svg></div>"] {
                let page =
                    around.replace('#', &format!("<{start}>open1</{end}>SECRET2<p>SECRET3</p>SECRET4"));
                compare(&plan, &page);
                tried += 1;
            }
        }
    }
    assert!(tried > 2_000, "{tried}");
}

#[test]
fn words_after_the_end_of_another_heading_are_masked() {
    for page in [
        "<h1>open</h2>SECRET",
        "<h1>open</h6><p>SECRET",
        "<svg><g class=pass><desc><p>open</p></g></svg>SECRET",
        "<svg class=pass></p>SECRET</svg>",
        "<svg class=pass><text>open</text></p>SECRET",
        "<math class=pass></br>SECRET</math>",
        "<p class=pass>open<table></p>SECRET",
        "<table class=pass>SECRET<tr><td>open</table>",
        "<table class=pass><tr>SECRET<td>open</table>",
        "<a class=pass>open</a></b>SECRET",
        "<form class=pass>open<div></form>open</div></form>SECRET",
        "<button class=pass>open<button>SECRET</button>",
    ] {
        let got = run(&default_plan(), page);
        let whole = compare(&default_plan(), page);
        assert!(whole || !got.contains("SECRET"), "{page} gave {got}");
    }
}

/// Every text that a browser's tree holds outside of passing elements is missing from the output, and
/// from what a browser makes of the output. Answers whether the tree lets all of it pass.
fn compare(plan: &Plan, page: &str) -> bool {
    let outside = hidden_words(page);
    let Ok(got) = run_split(plan, page.as_bytes(), &[0, page.len()]) else { return false };
    for word in &outside {
        assert!(!got.contains(word.as_str()), "{word} of {page} is in {got}");
    }
    outside.is_empty()
}

/// The words (`SECRET…`, `open…`) of text nodes outside of `.pass` and `h1`, or inside `.mask`.
fn hidden_words(page: &str) -> Vec<String> {
    let html = Html::parse_document(page);
    let mut words = Vec::new();
    for node in html.tree.nodes() {
        let Some(text) = node.value().as_text() else { continue };
        let around: Vec<ElementRef<'_>> = node.ancestors().filter_map(ElementRef::wrap).collect();
        let has = |class: &str| around.iter().any(|e| e.value().classes().any(|c| c == class));
        let shown = (has("pass") || around.iter().any(|e| e.value().name() == "h1")) && !has("mask");
        if !shown {
            words.extend(
                text.split(|c: char| !c.is_ascii_alphanumeric())
                    .filter(|word| word.starts_with("SECRET") || word.starts_with("open"))
                    .map(str::to_owned),
            );
        }
    }
    words
}

/// Text that browsers with and without scripts read differently never passes, nor a page in a page.
#[test]
fn what_is_read_in_two_ways_does_not_pass() {
    for page in [
        "<div class=pass><noscript><i class=mask>SECRET</i></noscript></div>",
        "<div class=pass><iframe srcdoc='<i class=mask>SECRET'>SECRET</iframe></div>",
        "<div class=pass><xmp>SECRET</xmp><noembed>SECRET</noembed></div>",
        "<div class=pass><script><!-- <script> SECRET </script>",
        "<div class=pass><plaintext>SECRET",
    ] {
        let got = run(&default_plan(), page);
        assert!(!got.contains("SECRET"), "{page} gave {got}");
    }
    let got = run(&default_plan(), "<div class=pass>a<noscript>SECRET</noscript>b &lt;i&gt;</div>");
    assert!(got.contains("a<noscript></noscript>b &lt;i&gt;</div>"), "{got}");
}

#[test]
fn a_page_that_is_too_long_is_cut() {
    let page = vec![b'a'; super::MOST + 1];
    assert!(run_split(&default_plan(), &page, &[0, page.len()]).is_err());
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("SECRET".to_owned()),
        Just(" \n".to_owned()),
        Just("&amp;SECRET&#x41;".to_owned()),
        "(ul|li|p|div|table|tr|td|span|b|select|option|svg|h2|title|textarea|script)"
            .prop_map(|n| format!("<{n} title=SECRET>")),
        "(ul|li|p|div|table|tr|td|span|b|select|option|svg|h2|title|textarea|script)"
            .prop_map(|n| format!("</{n}>")),
        Just("<!-- SECRET -->".to_owned()),
        Just("<i class=pass>open</i>".to_owned()),
        Just("<b class=pass>open<p>".to_owned()),
        Just("<svg class=pass><desc class=mask>".to_owned()),
        Just("<h1>open</h2>".to_owned()),
        Just("é•".to_owned()),
    ]
}

proptest! {
    /// Any split of the bytes gives the same page.
    #[test]
    fn a_page_is_masked_alike_however_it_arrives(
        pieces in prop::collection::vec(piece(), 0..24),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let page = pieces.concat();
        let plan = default_plan();
        let whole = run_split(&plan, page.as_bytes(), &[0, page.len()]);
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(page.len() + 1)).collect();
        places.extend([0, page.len()]);
        places.sort_unstable();
        let split = run_split(&plan, page.as_bytes(), &places);
        if let (Ok(whole), Ok(split)) = (&whole, &split) {
            prop_assert_eq!(whole, split);
        } else {
            prop_assert!(split.is_err() && whole.is_err());
        }
    }
}

proptest! {
    /// Each word is unlike all others; those outside of what passes, as a browser's tree has it, are not
    /// in the output.
    #[test]
    fn no_word_outside_of_a_browsers_passing_elements_comes_through(
        pieces in prop::collection::vec(piece(), 0..40),
    ) {
        let mut page = String::new();
        for (n, piece) in pieces.iter().enumerate() {
            page.push_str(&piece.replace("SECRET", &format!("SECRET{n}x")).replace("open", &format!("open{n}x")));
        }
        compare(&default_plan(), &page);
    }
}

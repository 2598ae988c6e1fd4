//! What stays of an element that is not shown: attributes on a list, with values on a list.
//!
//! An attribute whose values are anybody's could say anything: `lang`, `type`, `rel` and `role` are read
//! by browsers, but a product can write a name into each. Classes stay, because layouts hang on them;
//! they are letters of style sheets, and the manual says so.

use pforte_core::catalogue::MASK;
use scraper::ElementRef;

/// ISO 639-1.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy \
da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik \
io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt \
my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so \
sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

const TYPES: &str = "button checkbox color date datetime-local email file hidden image month number password radio \
range reset search submit tel text time url week module importmap text/css text/javascript application/javascript \
1 a A i I disc circle square";

const ROLES: &str = "alert alertdialog application article banner blockquote button caption cell checkbox code \
columnheader combobox complementary contentinfo definition deletion dialog directory document emphasis feed figure \
form generic grid gridcell group heading img insertion link list listbox listitem log main marquee math menu menubar \
menuitem menuitemcheckbox menuitemradio meter navigation none note option paragraph presentation progressbar radio \
radiogroup region row rowgroup rowheader scrollbar search searchbox separator slider spinbutton status strong \
subscript superscript switch tab table tablist tabpanel term textbox time timer toolbar tooltip tree treegrid treeitem";

/// Relations that load something for the page itself.
const LOADS: &str = "stylesheet icon shortcut apple-touch-icon mask-icon preload modulepreload manifest";
const RELATIONS: &str = "alternate author bookmark canonical external help license next nofollow noopener noreferrer \
opener prev search tag";
const DESTINATIONS: &str = "style script font image fetch worker track document";

/// The value with which an attribute of a masked element stays, if it does.
pub(super) fn kept(of: ElementRef<'_>, name: &str, value: &str) -> Option<String> {
    let element = of.value().name();
    let lower = value.trim().to_ascii_lowercase();
    let one_of = |list: &str| list.split_ascii_whitespace().any(|word| word == lower).then(|| lower.clone());
    match (element, name) {
        (_, "class") => classes(value),
        (_, "lang") => {
            let primary = lower.split('-').next().unwrap_or_default();
            LANGUAGES.split(' ').any(|known| known == primary).then(|| primary.to_owned())
        }
        (_, "dir") => one_of("ltr rtl auto"),
        (_, "role") => words(&lower, &[ROLES]),
        (_, "type") => TYPES
            .split_ascii_whitespace()
            .find(|word| word.eq_ignore_ascii_case(value.trim()))
            .map(str::to_owned),
        ("form", "method") => one_of("get post dialog"),
        ("meta" | "script", "charset") => one_of("utf-8 utf8"),
        ("td" | "th", "colspan" | "rowspan") => number(&lower, 1_000),
        ("col" | "colgroup", "span") => number(&lower, 1_000),
        ("th", "scope") => one_of("row col rowgroup colgroup"),
        ("a" | "area" | "form" | "link", "rel") => words(&lower, &[LOADS, RELATIONS]),
        ("link", "href") if loads(of) => address(value),
        ("script", "src") => address(value),
        ("link", "as") => one_of(DESTINATIONS),
        ("link", "media") | ("style", "media") => media(&lower),
        ("link" | "script", "crossorigin") if lower.is_empty() => Some(lower),
        ("link" | "script", "crossorigin") => one_of("anonymous use-credentials"),
        ("script", "defer" | "async" | "nomodule") => Some(String::new()),
        ("link" | "script" | "style", "nonce") => base64(value, 64),
        ("link" | "script", "integrity") => integrity(value),
        ("input", "value") => Some(MASK.to_owned()),
        ("meta", "name") => one_of("viewport"),
        ("meta", "content") if is_viewport(of) => viewport(&lower),
        _ => None,
    }
}

fn classes(value: &str) -> Option<String> {
    let plain = |word: &&str| {
        word.len() <= 64 && word.bytes().all(|b| b.is_ascii_graphic() && !b"@\"'<>&".contains(&b))
    };
    let kept: Vec<&str> = value.split_ascii_whitespace().filter(plain).take(64).collect();
    (!kept.is_empty()).then(|| kept.join(" "))
}

fn words(value: &str, lists: &[&str]) -> Option<String> {
    let known = |word: &&str| lists.iter().any(|list| list.split_ascii_whitespace().any(|w| w == *word));
    let kept: Vec<&str> = value.split_ascii_whitespace().filter(known).collect();
    (!kept.is_empty()).then(|| kept.join(" "))
}

fn number(value: &str, most: u32) -> Option<String> {
    value.parse::<u32>().ok().filter(|n| *n <= most).map(|n| n.to_string())
}

fn loads(of: ElementRef<'_>) -> bool {
    let rel = of.attr("rel").unwrap_or_default().to_ascii_lowercase();
    words(&rel, &[LOADS]).is_some() && words(&rel, &[RELATIONS]).is_none()
}

/// An address without query and fragment; of `data:` and the like, nothing.
fn address(value: &str) -> Option<String> {
    let bare = value.trim().split(['?', '#']).next().unwrap_or_default();
    let scheme = bare.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    let loads = scheme.is_none_or(|scheme| scheme == "https" || scheme == "http" || scheme.contains('/'));
    (loads && !bare.contains('@')).then(|| bare.to_owned())
}

fn base64(value: &str, most: usize) -> Option<String> {
    let fine =
        value.len() <= most && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=-_".contains(&b));
    fine.then(|| value.to_owned())
}

fn integrity(value: &str) -> Option<String> {
    let hash = |word: &str| {
        let (kind, hash) = word.split_once('-')?;
        (["sha256", "sha384", "sha512"].contains(&kind) && (43..=88).contains(&hash.len())).then_some(())?;
        base64(hash, 88)
    };
    value.split_ascii_whitespace().all(|word| hash(word).is_some()).then(|| value.to_owned())
}

/// Media queries of these words and of numbers.
fn media(value: &str) -> Option<String> {
    const KNOWN: &str = "all print screen and not only min-width max-width min-height max-height orientation portrait \
                         landscape prefers-color-scheme dark light prefers-reduced-motion reduce no-preference";
    let plain = |word: &str| {
        let unit = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let number =
            !unit.is_empty() && unit.len() <= 6 && unit.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        KNOWN.split_ascii_whitespace().any(|known| known == word)
            || (number && ["", "px", "em", "rem"].contains(&&word[unit.len()..]))
    };
    let words = value.split(|c: char| "(): ,".contains(c)).filter(|word| !word.is_empty());
    words.into_iter().all(plain).then(|| value.to_owned())
}

fn is_viewport(of: ElementRef<'_>) -> bool {
    of.attr("name").is_some_and(|name| name.trim().eq_ignore_ascii_case("viewport"))
}

fn viewport(value: &str) -> Option<String> {
    const KEYS: &str = "width height initial-scale minimum-scale maximum-scale user-scalable viewport-fit \
                        interactive-widget";
    const VALUES: &str = "device-width device-height yes no auto cover contain resizes-visual resizes-content \
                          overlays-content";
    let one = |pair: &str| {
        let (key, value) = pair.split_once('=')?;
        let (key, value) = (key.trim(), value.trim());
        let number = value.len() <= 4 && value.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let known = |list: &str, word: &str| list.split_ascii_whitespace().any(|w| w == word);
        (known(KEYS, key) && (number || known(VALUES, value))).then(|| format!("{key}={value}"))
    };
    let kept: Vec<String> = value.split([',', ';']).filter_map(one).collect();
    (!kept.is_empty()).then(|| kept.join(", "))
}

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn pointers(shown: &[&str], masked: &[&str]) -> Arc<Pointers> {
    let own = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    Arc::new(Pointers::new(&own(shown), &own(masked)).unwrap())
}

fn run(pointers: &Arc<Pointers>, input: &[u8]) -> Result<String, FilterError> {
    let mut mask = JsonMask::new(Arc::clone(pointers));
    let mut out = Vec::new();
    mask.push(input, &mut out)?;
    mask.finish(&mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

/// Rule B5, controls 10 and 32: only what is named passes.
#[test]
fn b5_members_that_nobody_named_are_left_out() {
    let list = pointers(&["/id", "/servers/*/name", "/open"], &["/name", "/servers/*/owner", "/open/secret"]);
    let input = br#" {"id": 7, "name": {"first":"Erika"}, "street":"Hauptstr. 1", "servers":
        [{"name":"web1","owner":"Erika","ip":[1,2]},3,"x",null,{"name":{"a":[true,-1.5e3]}}],
        "open":{"any":[{"secret":1}],"secret":"S"},"n\u0061me":"Max","last":{"id":9}} "#;
    assert_eq!(
        run(&list, input).unwrap(),
        "{\"id\":7,\"name\":\"•••••\",\"servers\":[{\"name\":\"web1\",\"owner\":\"•••••\"},{\"name\":{\"a\":[true,-1.5e3]}}],\
         \"open\":{\"any\":[{\"secret\":1}],\"secret\":\"•••••\"},\"n\\u0061me\":\"•••••\"}"
    );
}

#[test]
fn an_empty_list_leaves_an_empty_shell() {
    let none = pointers(&[], &[]);
    assert_eq!(run(&none, b"{\"a\":{\"b\":1}}").unwrap(), "{}");
    assert_eq!(run(&none, b"[1,[2],\"x\"]").unwrap(), "[]");
    assert_eq!(run(&none, b"\"Erika\"").unwrap(), "null");
    assert_eq!(run(&none, b"").unwrap(), "");
    assert_eq!(run(&pointers(&[""], &[]), b"{\"a\":[1, 2]}").unwrap(), "{\"a\":[1,2]}");
    assert_eq!(run(&pointers(&[], &[""]), b"{\"a\":[1, 2]}").unwrap(), "\"•••••\"");
    assert_eq!(run(&pointers(&["/1"], &[]), b"[1,2,3]").unwrap(), "[2]");
    assert_eq!(run(&pointers(&["/a~1b"], &[]), b"{\"a/b\":1,\"a\":{\"b\":2}}").unwrap(), "{\"a/b\":1}");
}

#[test]
fn a_scalar_where_the_list_goes_deeper_is_left_out() {
    assert_eq!(run(&pointers(&["/a/b"], &[]), b"{\"a\":\"Erika\"}").unwrap(), "{}");
    assert_eq!(run(&pointers(&["/a/b"], &[]), b"{\"a\":[{\"b\":1}]}").unwrap(), "{\"a\":[]}");
}

#[test]
fn what_is_not_json_is_cut() {
    let all = pointers(&[""], &[]);
    let deep = "[".repeat(129);
    let long = format!("{{\"{}\":1}}", "k".repeat(5000));
    let bad: &[&[u8]] = &[
        b"{",
        b"[1,]",
        b"{\"a\":1,}",
        b"{a:1}",
        b"01",
        b"1.",
        b"+1",
        b"-",
        b"1e",
        b"nul",
        b"nulll",
        b"\"a\nb\"",
        b"\"\\x\"",
        b"\"\\u12g4\"",
        b"\"\xff\"",
        b"\"\xc0\xaf\"",
        b"\"\xed\xa0\x80\"",
        b"\xef\xbb\xbf{}",
        b"{}{}",
        b"{} x",
        b"[1}",
        b"{\"a\"1}",
        b"{\"a\":}",
        b")]}',{}",
        b"'a'",
        b"{\"\\ud800\":1}",
        b"/**/1",
        deep.as_bytes(),
        long.as_bytes(),
    ];
    for input in bad {
        assert!(run(&all, input).is_err(), "{}", String::from_utf8_lossy(input));
    }
}

/// The same decision, made the slow way.
fn expected(list: &Pointers, places: &[usize], shown: bool, value: &Value, root: bool) -> Option<Value> {
    if list.is_masked(places) {
        return Some(MASK.into());
    }
    let shown = shown || list.is_shown(places);
    let enter = shown || list.leads_on(places) || root;
    match value {
        Value::Object(members) if enter => Some(
            members
                .iter()
                .filter_map(|(k, v)| {
                    Some((k.clone(), expected(list, &list.step(places, k), shown, v, false)?))
                })
                .collect(),
        ),
        Value::Array(elements) if enter => Some(Value::Array(
            elements
                .iter()
                .enumerate()
                .filter_map(|(n, v)| expected(list, &list.step(places, &n.to_string()), shown, v, false))
                .collect(),
        )),
        scalar if shown => Some(scalar.clone()),
        _ => root.then_some(Value::Null),
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-c \"\\\\é•\u{1F600}\n]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-c]", inner, 0..4).prop_map(|m| json!(m)),
        ]
    })
}

fn pointer() -> impl Strategy<Value = String> {
    prop::collection::vec("[a-c*01]", 0..4).prop_map(|t| t.iter().map(|t| format!("/{t}")).collect())
}

proptest! {
    #[test]
    fn any_split_gives_the_same_and_only_what_is_named(
        value in value(),
        shown in prop::collection::vec(pointer(), 0..4),
        masked in prop::collection::vec(pointer(), 0..3),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let list = Arc::new(Pointers::new(&shown, &masked).unwrap());
        let text = serde_json::to_string_pretty(&value).unwrap();
        let whole = run(&list, text.as_bytes()).unwrap();
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        places.extend([0, text.len()]);
        places.sort_unstable();
        let mut mask = JsonMask::new(Arc::clone(&list));
        let mut out = Vec::new();
        for pair in places.windows(2) {
            mask.push(&text.as_bytes()[pair[0]..pair[1]], &mut out).unwrap();
        }
        mask.finish(&mut out).unwrap();
        prop_assert_eq!(&out, whole.as_bytes());
        let got: Value = serde_json::from_str(&whole).unwrap();
        prop_assert_eq!(got, expected(&list, &list.root(), false, &value, true).unwrap());
    }

    #[test]
    fn any_bytes_end_in_json_or_are_cut(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(text) = run(&pointers(&[""], &[]), &bytes) {
            prop_assert!(text.is_empty() || serde_json::from_str::<Value>(&text).is_ok());
        }
    }
}

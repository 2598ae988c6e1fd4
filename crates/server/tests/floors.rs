//! The house from the bottom up: imports point down. Reads `src` and knows nothing else of the server.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The floors, and on each its modules, from the bottom up. A module imports only what stands before it, so no
/// circle is possible. A new noun stands as low as it can.
const FLOORS: [(&str, &[&str]); 7] = [
    ("cx", &["cx"]),
    ("doors and letters", &["door", "mail"]),
    ("people", &["people"]),
    ("show", &["show"]),
    (
        "nouns",
        &[
            "signin",
            "challenge",
            "attachment",
            "ticket",
            "visit",
            "ground",
            "alarm",
            "pin",
            "call",
            "contact",
            "customer",
            "staff",
            "recovery",
            "guest",
            "import",
            "search",
            "live",
        ],
    ),
    ("post", &["post"]),
    ("start", &["edge", "api", "start"]),
];

/// Arrows that point up and have to go. The list only shrinks: an exception that nothing needs any more fails, too.
const EXCEPTIONS: [(&str, &str); 1] = [
    // The handles hold the doors; they go into a crate of their own, below.
    ("cx", "door"),
];

fn modules() -> Vec<&'static str> {
    FLOORS.iter().flat_map(|(_, modules)| modules.iter().copied()).collect()
}

/// Every Rust file below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The first names behind each `crate::` of a source, comments left out.
fn imports(source: &str) -> BTreeSet<String> {
    let code: String =
        source.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => found.extend(name(rest)),
            Some(tree) => {
                let mut depth = 0;
                let mut begins = true;
                for (at, sign) in tree.char_indices() {
                    match sign {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => begins = true,
                        sign if begins && depth == 0 && !sign.is_whitespace() => {
                            found.extend(name(&tree[at..]));
                            begins = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

fn name(text: &str) -> Option<String> {
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// From which module to which, once each.
fn arrows() -> BTreeSet<(String, String)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = vec![];
    files(&source, &mut found);
    let mut arrows = BTreeSet::new();
    for file in found {
        let inside = file.strip_prefix(&source).expect("below the sources");
        let first = inside.iter().next().expect("a file").to_string_lossy();
        let module = first.trim_end_matches(".rs");
        if module == "lib" {
            continue;
        }
        let text = fs::read_to_string(&file).expect("a source");
        for to in imports(&text).into_iter().filter(|to| to != module) {
            arrows.insert((module.to_owned(), to));
        }
    }
    arrows
}

#[test]
fn imports_point_down() {
    let order = modules();
    let floor = |name: &str| order.iter().position(|module| *module == name);
    let mut needed = BTreeSet::new();
    let mut wrong = vec![];
    for (from, to) in arrows() {
        let (Some(at), Some(below)) = (floor(&from), floor(&to)) else {
            wrong.push(format!("{from} -> {to}: give the module its place in FLOORS"));
            continue;
        };
        match EXCEPTIONS.iter().position(|(a, b)| (*a, *b) == (from.as_str(), to.as_str())) {
            Some(exception) => drop(needed.insert(exception)),
            None if below < at => {}
            None => wrong.push(format!("{from} -> {to}: this points up")),
        }
    }
    for (at, (from, to)) in EXCEPTIONS.iter().enumerate() {
        if !needed.contains(&at) {
            wrong.push(format!("{from} -> {to}: no exception is needed any more, take it out"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A floor whose module is gone would say nothing.
#[test]
fn every_module_of_the_list_is_there() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for module in modules() {
        let there =
            source.join(module).join("mod.rs").exists() || source.join(format!("{module}.rs")).exists();
        assert!(there, "{module}");
    }
}

#[test]
fn imports_are_found_wherever_they_stand() {
    let source = "use crate::{\n    cx::{App, Problem},\n    door,\n    show::Person as P,\n};\n\
                  // crate::nothing\nfn f() { crate::ticket::tell(); }\npub(crate) use crate::mail::x;\n";
    let found: Vec<String> = imports(source).into_iter().collect();
    assert_eq!(found, ["cx", "door", "mail", "show", "ticket"]);
}

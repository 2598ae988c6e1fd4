//! The product's Content-Security-Policy, opened just as far as the bar needs.

use super::Origins;

/// What of the bar each kind of directive must allow, the directive it falls back on included.
const NEEDS: &[(&[&str], &str)] = &[
    (&["style-src-elem", "style-src", "default-src"], "/.pforte/bar.css"),
    (&["script-src-elem", "script-src", "default-src"], "/.pforte/bar.js"),
    (&["connect-src", "default-src"], "/.pforte/status"),
    (&["form-action"], "/.pforte/end"),
];

/// Directives whose sources are words of [`WORDS`], hashes, nonces and addresses of ours.
const DIRECTIVES: &[&str] = &[
    "base-uri",
    "child-src",
    "connect-src",
    "default-src",
    "font-src",
    "form-action",
    "frame-ancestors",
    "frame-src",
    "img-src",
    "manifest-src",
    "media-src",
    "object-src",
    "sandbox",
    "script-src",
    "script-src-attr",
    "script-src-elem",
    "style-src",
    "style-src-attr",
    "style-src-elem",
    "worker-src",
];

/// Directives that take no words.
const BARE: &[&str] = &["block-all-mixed-content", "upgrade-insecure-requests"];

/// What says nothing of anybody.
const WORDS: &[&str] = &[
    "*",
    "data:",
    "blob:",
    "https:",
    "http:",
    "wss:",
    "ws:",
    "'self'",
    "'none'",
    "'unsafe-inline'",
    "'unsafe-eval'",
    "'wasm-unsafe-eval'",
    "'strict-dynamic'",
    "'unsafe-hashes'",
    "allow-downloads",
    "allow-forms",
    "allow-modals",
    "allow-popups",
    "allow-popups-to-escape-sandbox",
    "allow-same-origin",
    "allow-scripts",
    "allow-top-navigation",
    "allow-top-navigation-by-user-activation",
];

/// One policy, with the product's own addresses moved to `session` and the bar allowed. Reporting is
/// taken out: nobody outside is told anything.
pub(crate) fn adapt(policy: &str, origins: &Origins, session: &str) -> String {
    let mut directives: Vec<(String, Vec<String>)> = Vec::new();
    for directive in policy.split(';') {
        let mut words = directive.split_ascii_whitespace();
        let Some(name) = words.next().map(str::to_ascii_lowercase) else { continue };
        let plain_http = session.starts_with("http:");
        let dropped = matches!(name.as_str(), "report-uri" | "report-to")
            || (plain_http
                && matches!(name.as_str(), "upgrade-insecure-requests" | "block-all-mixed-content"));
        if dropped || directives.iter().any(|(n, _)| *n == name) {
            continue;
        }
        let sources = words.map(|word| moved(word, origins, session)).collect();
        directives.push((name, sources));
    }
    for (names, path) in NEEDS {
        allow(&mut directives, names, &format!("{session}{path}"));
    }
    let written: Vec<String> = directives
        .into_iter()
        .map(
            |(name, sources)| if sources.is_empty() { name } else { format!("{name} {}", sources.join(" ")) },
        )
        .collect();
    written.join("; ")
}

/// A policy of which only known words and addresses of ours are left. It allows no more than before.
pub(crate) fn closed(policy: &str, session: &str) -> String {
    let hash = |word: &str| {
        let inner = word.strip_prefix('\'').and_then(|word| word.strip_suffix('\''))?;
        let (kind, value) = inner.split_once('-')?;
        let base64 = |b: u8| b.is_ascii_alphanumeric() || b"+/=-_".contains(&b);
        let fine = ["nonce", "sha256", "sha384", "sha512"].contains(&kind)
            && value.len() <= 88
            && value.bytes().all(base64);
        fine.then_some(())
    };
    let ours = |word: &str| {
        word.strip_prefix(session).is_some_and(|rest| rest.is_empty() || rest.starts_with("/.pforte/"))
    };
    let mut kept = Vec::new();
    for directive in policy.split(';').map(str::trim) {
        let (name, sources) = directive.split_once(' ').unwrap_or((directive, ""));
        if BARE.contains(&name) {
            kept.push(name.to_owned());
        } else if DIRECTIVES.contains(&name) {
            let known = |word: &&str| WORDS.contains(word) || hash(word).is_some() || ours(word);
            let words: Vec<&str> = sources.split_ascii_whitespace().filter(known).collect();
            let none = if name == "sandbox" { "" } else { "'none'" };
            kept.push(format!("{name} {}", if words.is_empty() { none.to_owned() } else { words.join(" ") }));
        }
    }
    kept.join("; ")
}

/// The nonce by which the policy lets a script run, if it names one.
pub(crate) fn nonce(policy: &str) -> Option<&str> {
    let scripts = policy.split(';').map(str::trim).find(|directive| {
        let name = directive.split_ascii_whitespace().next().unwrap_or_default();
        name.eq_ignore_ascii_case("script-src-elem") || name.eq_ignore_ascii_case("script-src")
    })?;
    scripts.split_ascii_whitespace().find_map(|word| word.strip_prefix("'nonce-")?.strip_suffix('\''))
}

fn moved(word: &str, origins: &Origins, session: &str) -> String {
    if let Some(moved) = origins.moved(word, session) {
        return moved;
    }
    let bare = origins.moved(&format!("//{word}"), session);
    bare.and_then(|moved| moved.strip_prefix("//").map(str::to_owned)).unwrap_or_else(|| word.to_owned())
}

/// Adds `source` to the first directive of `names` that exists; one that only falls back gets a
/// directive of its own.
fn allow(directives: &mut Vec<(String, Vec<String>)>, names: &[&str], source: &str) {
    let found = names.iter().find_map(|name| directives.iter().position(|(n, _)| n == name));
    let Some(at) = found else { return };
    let mut sources = directives[at].1.clone();
    sources.retain(|word| !word.eq_ignore_ascii_case("'none'"));
    sources.push(source.to_owned());
    if directives[at].0 == "default-src" {
        let own = if names[0] == "connect-src" { names[0] } else { names[1] };
        directives.push((own.to_owned(), sources));
    } else {
        directives[at].1 = sources;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pforte_core::catalogue::{IdentityHeaders, Product};

    fn origins() -> Origins {
        Origins::new(&Product {
            id: "panel".into(),
            name: "Panel".into(),
            upstream: "http://127.0.0.1:7002".into(),
            upstream_ca_pem: None,
            own_origins: vec!["https://panel.example".into()],
            identity: IdentityHeaders::default(),
            script_cookies: vec![],
            request_headers: vec![],
            areas: vec![],
            routes: vec![],
        })
    }

    #[test]
    fn the_bar_is_allowed_and_nothing_else() {
        let got = adapt(
            "default-src 'none'; script-src 'nonce-r4nd' 'strict-dynamic'; form-action 'none'",
            &origins(),
            "https://a.gate.example",
        );
        assert_eq!(
            got,
            "default-src 'none'; script-src 'nonce-r4nd' 'strict-dynamic' https://a.gate.example/.pforte/bar.js; \
             form-action https://a.gate.example/.pforte/end; style-src https://a.gate.example/.pforte/bar.css; \
             connect-src https://a.gate.example/.pforte/status"
        );
        assert_eq!(nonce(&got), Some("r4nd"));
    }

    /// The policy of a masked page could say anything in a host's name: only known words and our own addresses stay.
    #[test]
    fn b5_a_closed_policy_says_nothing_of_anybody() {
        let session = "https://a.gate.example";
        for (policy, left) in [
            ("img-src 'self' https://secret.example data:", "img-src 'self' data:"),
            ("img-src secret.example", "img-src 'none'"),
            ("secret-src 'self'; default-src *", "default-src *"),
            (
                "script-src 'nonce-aB9+/=-_' 'sha256-abc=' 'secret-abc'",
                "script-src 'nonce-aB9+/=-_' 'sha256-abc='",
            ),
            ("script-src 'nonce-se cret' 'nonce-<secret>'", "script-src 'none'"),
            (&format!("script-src 'sha512-{}'", "a".repeat(89)), "script-src 'none'"),
            (
                "style-src https://a.gate.example https://a.gate.example/.pforte/bar.css",
                "style-src https://a.gate.example https://a.gate.example/.pforte/bar.css",
            ),
            (
                "style-src https://a.gate.example.secret.example https://a.gate.example/secret",
                "style-src 'none'",
            ),
            ("sandbox allow-forms allow-secret", "sandbox allow-forms"),
            ("sandbox secret", "sandbox "),
            ("upgrade-insecure-requests; report-uri /secret", "upgrade-insecure-requests"),
        ] {
            assert_eq!(closed(policy, session), left, "{policy}");
        }
    }

    /// Of a directive that stands twice browsers take the first; on plain http nothing asks for https.
    #[test]
    fn a_policy_means_what_it_meant() {
        let secure = adapt(
            "img-src 'self'; IMG-SRC *; upgrade-insecure-requests",
            &origins(),
            "https://a.gate.example",
        );
        assert_eq!(secure, "img-src 'self'; upgrade-insecure-requests");
        let plain = adapt(
            "block-all-mixed-content; upgrade-insecure-requests",
            &origins(),
            "http://a.gate.localhost",
        );
        assert_eq!(plain, "");
        assert_eq!(nonce("style-src 'nonce-a'; Script-Src-Elem 'nonce-b'"), Some("b"));
        assert_eq!(nonce("style-src 'nonce-a'; SCRIPT-SRC 'self'"), None);
    }

    #[test]
    fn own_addresses_move_and_reports_stop() {
        let got = adapt(
            "img-src https://panel.example wss://panel.example panel.example; report-uri /r",
            &origins(),
            "https://a.gate.example",
        );
        assert_eq!(got, "img-src https://a.gate.example wss://a.gate.example a.gate.example");
    }
}

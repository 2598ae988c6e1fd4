//! Which names stand before a secret, and what a secret looks like.
//!
//! The words of ordinary prose (“Passwort: geht nicht”) must survive: a name that people write in sentences
//! counts only before what looks like a secret; names that only programs write always count.

/// A name and what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub kind: &'static str,
    /// People write it in sentences, too.
    pub is_word: bool,
    /// A header field: its value runs to the end of the line.
    pub is_header: bool,
}

/// Header fields.
const HEADERS: [(&str, &str); 16] = [
    ("cookie", "cookie"),
    ("set-cookie", "cookie"),
    ("cookie2", "cookie"),
    ("set-cookie2", "cookie"),
    ("authorization", "authorization"),
    ("proxy-authorization", "authorization"),
    ("www-authenticate", "authorization"),
    ("x-api-key", "token"),
    ("x-auth-token", "token"),
    ("x-access-token", "token"),
    ("x-csrf-token", "token"),
    ("x-xsrf-token", "token"),
    ("x-amz-security-token", "token"),
    ("x-vault-token", "token"),
    ("private-token", "token"),
    ("ocp-apim-subscription-key", "token"),
];

/// Ends of names that people write in sentences.
const WORDS: [(&str, &str); 26] = [
    ("password", "password"),
    ("passwd", "password"),
    ("passwort", "password"),
    ("kennwort", "password"),
    ("passphrase", "password"),
    ("passcode", "password"),
    ("losung", "password"),
    ("pwd", "password"),
    ("pass", "password"),
    ("pw", "password"),
    ("pin", "password"),
    ("tan", "password"),
    ("zugangscode", "password"),
    ("sicherheitscode", "password"),
    ("bestätigungscode", "password"),
    ("einmalcode", "password"),
    ("otp", "password"),
    ("token", "token"),
    ("secret", "token"),
    ("session", "cookie"),
    ("cookie", "cookie"),
    ("cookies", "cookie"),
    ("credential", "password"),
    ("credentials", "password"),
    ("zugangsdaten", "password"),
    ("signature", "token"),
];

/// Ends of names that only programs write.
const TECHNICAL: [(&str, &str); 34] = [
    ("apikey", "token"),
    ("api_key", "token"),
    ("api-key", "token"),
    ("accesskey", "token"),
    ("access_key", "token"),
    ("access-key", "token"),
    ("secretkey", "token"),
    ("secret_key", "token"),
    ("secret-key", "token"),
    ("accountkey", "token"),
    ("sharedaccesskey", "token"),
    ("sharedaccesssignature", "token"),
    ("encryption_key", "key"),
    ("signing_key", "key"),
    ("secret_key_base", "key"),
    ("private_key", "key"),
    ("privatekey", "key"),
    ("private-key", "key"),
    ("sessionid", "cookie"),
    ("session_id", "cookie"),
    ("session-id", "cookie"),
    ("sessid", "cookie"),
    ("connect.sid", "cookie"),
    ("authorization", "authorization"),
    ("basic_auth", "authorization"),
    ("client_assertion", "token"),
    ("code_verifier", "token"),
    ("samlresponse", "token"),
    ("samlrequest", "token"),
    ("webhook_url", "token"),
    ("csrf", "token"),
    ("sig", "token"),
    ("_auth", "authorization"),
    ("jwt", "token"),
];

/// Names in the query of an address whose value opens something.
const QUERY: [&str; 24] = [
    "code",
    "key",
    "auth",
    "sid",
    "ticket",
    "state",
    "nonce",
    "assertion",
    "samlart",
    "hash",
    "hmac",
    "sign",
    "invite",
    "invitation",
    "magic",
    "verification",
    "confirm",
    "confirmation",
    "reset",
    "x-amz-credential",
    "k",
    "t",
    "session_state",
    "uid_key",
];

/// What may stand between a name and its value in a sentence.
pub(super) const LINKS: [&str; 9] = ["ist", "lautet", "wäre", "war", "is", "was", "ist:", "lautet:", "is:"];

/// Words that stand behind a name in sentences and are no secret.
const ORDINARY: [&str; 40] = [
    "vergessen",
    "fehlt",
    "falsch",
    "abgelaufen",
    "ungültig",
    "geht",
    "gesperrt",
    "geändert",
    "unbekannt",
    "leer",
    "keins",
    "keines",
    "kein",
    "keine",
    "nein",
    "ja",
    "ok",
    "siehe",
    "bekannt",
    "zurückgesetzt",
    "forgotten",
    "wrong",
    "expired",
    "invalid",
    "missing",
    "locked",
    "changed",
    "unknown",
    "empty",
    "none",
    "no",
    "yes",
    "required",
    "see",
    "reset",
    "incorrect",
    "failed",
    "denied",
    "optional",
    "string",
];

/// What the name stands for, if anything secret. `name` is in lower case.
pub(super) fn secret(name: &str) -> Option<Name> {
    // What a mail server signed is no secret.
    if name.contains("dkim") || name.starts_with("arc-") {
        return None;
    }
    if let Some((_, kind)) = HEADERS.iter().find(|(header, _)| *header == name) {
        let is_word = name == "cookie" || name == "authorization";
        return Some(Name { kind, is_word, is_header: true });
    }
    let plain = |kind, is_word| Name { kind, is_word, is_header: false };
    if let Some((_, kind)) = TECHNICAL.iter().find(|(end, _)| ends_with_word(name, end)) {
        return Some(plain(*kind, false));
    }
    let (end, kind) = WORDS.iter().find(|(end, _)| ends_with_word(name, end))?;
    // `access_token`, `client-secret`, `db.password`: with a sign in it, a program wrote it.
    let is_word = !(name.contains(['_', '.']) || name.contains('-') && name.is_ascii() && *end != "pin");
    Some(plain(*kind, is_word))
}

/// Whether a query's value under this name opens something.
pub(super) fn in_query(name: &str) -> bool {
    QUERY.contains(&name)
}

/// Whether `name` ends with `end`, which begins at a boundary if it is short: `userPassword` is not told
/// apart from `userpassword`, but `compass` is no `pass`.
fn ends_with_word(name: &str, end: &str) -> bool {
    let short = end.len() <= 4;
    name.strip_suffix(end)
        .is_some_and(|before| !short || before.is_empty() || before.ends_with(['_', '-', '.']))
}

/// Whether a word of a sentence looks like what somebody made up, or a program gave out, to keep others out.
pub(super) fn looks_secret(word: &str) -> bool {
    let word = word.trim_matches(['.', ',', ';', '!', '?', ':', ')', '(', '"', '\'']);
    let count = word.chars().count();
    if count < 4 || is_address(word) || is_date(word) {
        return false;
    }
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.chars().any(char::is_alphabetic);
    let signs = word.bytes().any(|byte| b"!@#$%^&*+=~?_".contains(&byte));
    let chars: Vec<char> = word.chars().collect();
    let turns = chars.windows(2).filter(|pair| pair[0].is_lowercase() && pair[1].is_uppercase()).count();
    (digits > 0 && (letters || digits == count || signs)) || (signs && letters) || turns >= 2
}

/// Whether a word is one that people write behind such a name.
pub(super) fn is_ordinary(word: &str) -> bool {
    let lower = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    lower.is_empty() || ORDINARY.contains(&lower.as_str())
}

fn is_address(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") || lower.starts_with("www.") {
        return true;
    }
    let Some((local, domain)) = word.split_once('@') else { return false };
    let end = domain.rsplit_once('.').map_or("", |(_, end)| end);
    !local.is_empty() && end.len() >= 2 && end.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// `27.11.2026`, `14:30`, `3/4`
fn is_date(word: &str) -> bool {
    word.len() <= 10
        && word.contains(['.', ':', '-', '/'])
        && word.bytes().all(|byte| byte.is_ascii_digit() || b".:-/".contains(&byte))
}

/// Beginnings of tokens that programs give out, and how long they are at least.
const PREFIXES: [(&str, usize); 35] = [
    ("AKIA", 20),
    ("ASIA", 20),
    ("ghp_", 24),
    ("gho_", 24),
    ("ghu_", 24),
    ("ghs_", 24),
    ("ghr_", 24),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("glrt-", 20),
    ("gldt-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xoxa-", 20),
    ("xoxr-", 20),
    ("xoxs-", 20),
    ("xapp-", 20),
    ("sk_live_", 20),
    ("sk_test_", 20),
    ("rk_live_", 20),
    ("whsec_", 20),
    ("sk-", 24),
    ("AIza", 35),
    ("ya29.", 20),
    ("npm_", 30),
    ("pypi-", 30),
    ("dop_v1_", 30),
    ("shpat_", 30),
    ("SG.", 40),
    ("hvs.", 24),
    ("ATATT", 30),
    ("EAACE", 40),
    ("sq0atp-", 26),
    ("lin_api_", 30),
    ("hf_", 30),
];

/// A JWT or another token that shows by its form.
pub(super) fn is_token(word: &str) -> bool {
    let jwt = word.starts_with("eyJ") && word.len() >= 20 && word.contains('.');
    let known = || {
        PREFIXES.iter().any(|(prefix, length)| word.starts_with(prefix) && word.len() >= *length)
            && word.bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
    };
    jwt || known()
}

/// Letters and digits mixed, long, and no UUID: a random piece of an address.
pub(super) fn is_random(segment: &str) -> bool {
    let plain = segment.split(['.', '%', '=', ';', ',']).any(|piece| {
        let letters = piece.bytes().any(|byte| byte.is_ascii_alphabetic());
        piece.len() >= 20 && letters && piece.bytes().filter(u8::is_ascii_digit).count() >= 3
    });
    plain && uuid::Uuid::try_parse(segment).is_err()
}

pub(super) fn is_literal(value: &str) -> bool {
    matches!(value, "true" | "false" | "null" | "none" | "undefined" | "0" | "1")
}

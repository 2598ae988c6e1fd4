//! What kind of mail it is: written by a person, or by a machine (RFC 3834, RFC 2369, RFC 2919).
//!
//! When in doubt it is a machine's: a machine's mail is kept and shown, and never answered, so no
//! loop begins (control 47).

use super::{
    Message,
    bounce::{self, Bounce},
    head::Head,
    part::Parts,
};

/// More servers than this on the way, and it goes round in circles.
pub const MAX_HOPS: usize = 30;
/// The field that our own mails carry.
pub const OUR_FIELD: &str = "X-Pforte";

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nature {
    Person,
    /// An absence notice, a receipt, a machine's message.
    AutoReply,
    Bounce(Bounce),
    /// Passed on by a mailing list.
    List,
    /// To many at once.
    Bulk,
    /// Our own, come back, or on its way for too long.
    Loop,
}

impl Nature {
    /// The stable code of everything but a person's mail.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Person => None,
            Self::AutoReply => Some("mail.automatic"),
            Self::Bounce(_) => Some("mail.bounce"),
            Self::List => Some("mail.list"),
            Self::Bulk => Some("mail.bulk"),
            Self::Loop => Some("mail.loop"),
        }
    }
}

pub(super) fn nature(head: &Head<'_>, parts: &Parts, message: &Message) -> Nature {
    if let Some(bounce) = bounce::bounce(head, parts, message) {
        return Nature::Bounce(bounce);
    }
    if head.first(OUR_FIELD).is_some() || head.first("X-Loop").is_some() || message.hops > MAX_HOPS {
        return Nature::Loop;
    }
    if is_list(head) {
        return Nature::List;
    }
    let precedence = head.line("Precedence").unwrap_or_default().to_ascii_lowercase();
    if is_automatic(head, parts, message) {
        return Nature::AutoReply;
    }
    match precedence.as_str() {
        "list" => Nature::List,
        "bulk" | "junk" => Nature::Bulk,
        "auto_reply" => Nature::AutoReply,
        _ if is_bulk(head) => Nature::Bulk,
        _ => Nature::Person,
    }
}

fn is_list(head: &Head<'_>) -> bool {
    const LIST: [&str; 5] = ["List-ID", "List-Post", "List-Help", "List-Subscribe", "List-Archive"];
    LIST.iter().any(|name| head.first(name).is_some()) || head.first("Mailing-List").is_some()
}

/// A sender that lets people unsubscribe sends to many.
fn is_bulk(head: &Head<'_>) -> bool {
    const BULK: [&str; 4] = ["List-Unsubscribe", "List-Owner", "Feedback-ID", "X-Campaign-ID"];
    BULK.iter().any(|name| head.first(name).is_some())
}

fn is_automatic(head: &Head<'_>, parts: &Parts, message: &Message) -> bool {
    let submitted = head.line("Auto-Submitted").unwrap_or_default().to_ascii_lowercase();
    let by_field = !submitted.is_empty() && submitted.split([';', ' ']).next() != Some("no");
    let suppress = head.line("X-Auto-Response-Suppress").unwrap_or_default().to_ascii_lowercase();
    // Outlook writes `None` into people's mails too; anything else only machines write.
    let suppresses = !suppress.is_empty() && suppress != "none";
    const FIELDS: [&str; 6] = [
        "X-Autoreply",
        "X-Autorespond",
        "X-AutoReply-From",
        "X-Mail-Autoreply",
        "X-Vacation",
        "X-Autoresponder",
    ];
    by_field
        || suppresses
        || FIELDS.iter().any(|name| head.first(name).is_some())
        || head.line("Return-Path").is_some_and(|path| path == "<>")
        || parts.report.is_some()
        || from_machine(message)
        || is_absence(&message.subject)
}

fn from_machine(message: &Message) -> bool {
    let local = message.from.one().and_then(|from| from.address.split_once('@')).map(|(local, _)| local);
    local.is_some_and(|local| matches!(local, "mailer-daemon" | "postmaster"))
}

/// Subjects of absence notices, as usual programs write them.
fn is_absence(subject: &str) -> bool {
    const BEGINS: [&str; 18] = [
        "automatische antwort",
        "automatic reply",
        "abwesenheitsnotiz",
        "abwesenheitsnachricht",
        "abwesenheit:",
        "abwesend:",
        "abwesend bis",
        "ich bin abwesend",
        "nicht im büro",
        "out of office",
        "out-of-office",
        "out of the office",
        "auto-reply",
        "autoreply",
        "auto reply",
        "auto:",
        "automatisch:",
        "vacation",
    ];
    let lower = subject.to_lowercase();
    let plain = lower.trim_start_matches("re:").trim_start_matches("aw:").trim();
    BEGINS.iter().any(|words| plain.starts_with(words))
}

/// A third party's “confirm your address”, “your code”, “sign in” (control 45).
///
/// Whoever reads support's mail could otherwise take over accounts made elsewhere in our name.
pub(super) fn is_verification(head: &Head<'_>, message: &Message) -> bool {
    let subject = message.subject.to_lowercase();
    let says_subject = SAYS.iter().any(|words| subject.contains(words));
    let machine = by_machine(head, message);
    if !says_subject && !machine {
        return false;
    }
    let text = super::address::cut(message.text.own.clone(), 4_000).to_lowercase();
    let has_link =
        text.contains("http") || message.html.as_deref().is_some_and(|html| html.contains("href="));
    let has_code = has_code(&subject) || has_code(&text);
    if says_subject {
        return has_link || has_code || machine;
    }
    (has_link || has_code) && SAYS.iter().any(|words| text.contains(words))
}

const SAYS: [&str; 32] = [
    "verify your email",
    "verify your e-mail",
    "verify your account",
    "verify this email",
    "email verification",
    "e-mail verification",
    "confirm your email",
    "confirm your e-mail",
    "confirm your account",
    "confirm your registration",
    "confirmation code",
    "verification code",
    "security code",
    "one-time code",
    "one-time password",
    "login code",
    "sign-in code",
    "sign in to ",
    "your sign-in link",
    "magic link",
    "activate your account",
    "reset your password",
    "password reset",
    "e-mail-adresse bestätigen",
    "bestätigen sie ihre e-mail",
    "bestätigen sie ihre registrierung",
    "bestätige deine e-mail",
    "bestätigungscode",
    "sicherheitscode",
    "anmeldecode",
    "konto aktivieren",
    "passwort zurücksetzen",
];

fn by_machine(head: &Head<'_>, message: &Message) -> bool {
    let local =
        message.from.one().and_then(|from| from.address.split_once('@')).map_or("", |(local, _)| local);
    const LOCALS: [&str; 12] = [
        "no-reply",
        "noreply",
        "no_reply",
        "donotreply",
        "do-not-reply",
        "account",
        "accounts",
        "security",
        "notification",
        "notifications",
        "verify",
        "mailer",
    ];
    LOCALS.iter().any(|word| {
        local == *word || local.starts_with(&format!("{word}-")) || local.ends_with(&format!("-{word}"))
    }) || local.contains("noreply")
        || local.contains("no-reply")
        || message.nature != Nature::Person
        || head.first("Feedback-ID").is_some()
}

/// Four to eight digits that stand alone.
fn has_code(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric())
        .any(|word| (4..=8).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit()))
}

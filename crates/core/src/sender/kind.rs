//! What an address's local part gives away: a person, a role, or nobody (rules Z4, Z13 to Z15).

use crate::kernel::words;

words! {
    /// Whose address it seems to be.
    AddressKind {
        Personal = "personal",
        /// An office, a list, a department: several people read it (rules Z14, Z15).
        Role = "role",
        /// Where a firm's own customers ask for help (rule Z4).
        Support = "support",
        /// Nobody reads it: automatic senders and mail servers.
        Nobody = "nobody",
    }
}

const NOBODY: &[&str] = &[
    "noreply",
    "donotreply",
    "nichtantworten",
    "keineantwort",
    "mailerdaemon",
    "postmaster",
    "bounce",
    "bounces",
    "daemon",
    "nobody",
    "root",
    "cron",
    "autoreply",
    "autoresponder",
    "notification",
    "notifications",
    "benachrichtigung",
    "benachrichtigungen",
    "newsletter",
    "mailer",
    "system",
    "null",
    "listserv",
    "majordomo",
    "mailman",
];

const SUPPORT: &[&str] = &[
    "support",
    "help",
    "helpdesk",
    "servicedesk",
    "supportdesk",
    "customerservice",
    "customersupport",
    "customercare",
    "techsupport",
    "hilfe",
    "kundenservice",
    "kundendienst",
    "kundenbetreuung",
    "kundensupport",
    "itsupport",
    "ithelpdesk",
    "ticket",
    "tickets",
];

const ROLE: &[&str] = &[
    "info",
    "information",
    "office",
    "buero",
    "büro",
    "contact",
    "kontakt",
    "hello",
    "hallo",
    "mail",
    "email",
    "post",
    "team",
    "all",
    "alle",
    "everyone",
    "staff",
    "mitarbeiter",
    "service",
    "sales",
    "vertrieb",
    "verkauf",
    "marketing",
    "press",
    "presse",
    "media",
    "billing",
    "invoice",
    "invoices",
    "rechnung",
    "rechnungen",
    "buchhaltung",
    "accounting",
    "accounts",
    "finance",
    "finanzen",
    "payments",
    "einkauf",
    "purchasing",
    "procurement",
    "orders",
    "order",
    "bestellung",
    "bestellungen",
    "hr",
    "personal",
    "jobs",
    "job",
    "career",
    "careers",
    "karriere",
    "bewerbung",
    "bewerbungen",
    "admin",
    "administrator",
    "administration",
    "verwaltung",
    "sekretariat",
    "secretary",
    "empfang",
    "reception",
    "zentrale",
    "it",
    "edv",
    "technik",
    "tech",
    "dev",
    "entwicklung",
    "ops",
    "noc",
    "security",
    "sicherheit",
    "abuse",
    "hostmaster",
    "webmaster",
    "dns",
    "ftp",
    "www",
    "usenet",
    "news",
    "uucp",
    "privacy",
    "datenschutz",
    "dsgvo",
    "legal",
    "recht",
    "compliance",
    "feedback",
    "anfrage",
    "anfragen",
    "enquiries",
    "inquiries",
    "shop",
    "store",
    "versand",
    "logistik",
    "lager",
    "geschaeftsleitung",
    "geschäftsleitung",
    "geschaeftsfuehrung",
    "geschäftsführung",
    "management",
    "leitung",
    "board",
    "vorstand",
    "projekt",
    "projekte",
    "project",
    "projects",
    "list",
    "liste",
    "verteiler",
    "group",
    "gruppe",
    "praxis",
    "kanzlei",
];

/// What the address's local part gives away. A part after `+` and separators do not matter, nor does a
/// number at the end: `no-reply+17@…`, `info2@…`. Names are German and English.
pub fn address_kind(address: &str) -> AddressKind {
    let local = address.trim().rsplit_once('@').map_or(address.trim(), |(local, _)| local);
    let local = local.split('+').next().unwrap_or_default().to_lowercase();
    let whole: String = local.chars().filter(|c| !"-_. ".contains(*c)).collect();
    let whole = whole.trim_end_matches(|c: char| c.is_ascii_digit());
    let begins = ["noreply", "donotreply", "mailerdaemon", "prvs="];
    if is_return_path(&local) || NOBODY.contains(&whole) || begins.iter().any(|word| whole.starts_with(word))
    {
        AddressKind::Nobody
    } else if SUPPORT.contains(&whole) || words_of(&local).any(|word| SUPPORT.contains(&word)) {
        AddressKind::Support
    } else if ROLE.contains(&whole) || role_with_place(&local) {
        AddressKind::Role
    } else {
        AddressKind::Personal
    }
}

/// `bounce-4711`, `bounces.3=x`, not `bouncer` or `bounce-house`: what a sending program counts.
fn is_return_path(local: &str) -> bool {
    let mut words = local.split(['-', '_', '.', '=']);
    let first = words.next().is_some_and(|word| matches!(word, "bounce" | "bounces"));
    first && local.bytes().any(|byte| byte.is_ascii_digit() || byte == b'=')
}

/// `info-berlin`, `it-team`, `owner-news`, `news-request`: a role beside a place or a word of lists.
/// With a dot it is rather a name: `post.karin`.
fn role_with_place(local: &str) -> bool {
    let mut words = local.split(['-', '_']).filter(|word| !word.is_empty());
    let (Some(first), Some(last)) = (words.next(), words.next_back()) else { return false };
    ROLE.contains(&first)
        || ROLE.contains(&last)
        || first == "owner"
        || ["request", "owner", "admin", "bounces", "subscribe", "unsubscribe"].contains(&last)
}

fn words_of(local: &str) -> impl Iterator<Item = &str> {
    local.split(['-', '_', '.']).filter(|word| !word.is_empty())
}

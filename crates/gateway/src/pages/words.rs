//! The words of the pages, in German and English.

use http::StatusCode;
use pforte_core::{
    access::{Closed, EndedHow, Need},
    catalogue::{Action, Because, DataClass},
};

use super::{Own, Text};
use crate::permit::{Language, Refused, Why};

/// One sentence in both languages.
type Both = (&'static str, &'static str);

fn pick(language: Language, both: Both) -> String {
    match language {
        Language::German => both.0,
        Language::English => both.1,
    }
    .to_owned()
}

fn text(
    language: Language,
    status: StatusCode,
    code: &'static str,
    tone: &'static str,
    title: Both,
    lines: &[Both],
) -> Text {
    Text {
        status,
        code: code.into(),
        tone,
        title: pick(language, title),
        lines: lines.iter().map(|line| pick(language, *line)).collect(),
        facts: vec![],
    }
}

/// What was asked for, and the rule that closed it, in words that somebody can pass on.
pub(super) fn facts(told: &Refused, language: Language) -> Vec<(String, String)> {
    let say = |both: Both| pick(language, both);
    let mut facts = vec![(say(("Aufgerufen", "Asked for")), format!("{} {}", told.method, told.path))];
    if let Some(area) = &told.area {
        facts.push((say(("Bereich", "Area")), area.clone()));
    }
    let rule = match &told.rule {
        None => say((
            "keine; was im Katalog nicht steht, bleibt zu",
            "none; what the catalogue does not name stays closed",
        )),
        Some((path, action, class)) => {
            let class = match class {
                DataClass::Product => ("Produktdaten", "product data"),
                DataClass::Personal => ("persönliche Daten", "personal data"),
            };
            format!("{path}: {}, {}", say(doing(*action)), say(class))
        }
    };
    facts.push((say(("Regel", "Rule")), rule));
    let names = told.query.join(", ");
    match told.because {
        Because::Query => facts.push((
            say(("Nicht vorgesehen", "Not provided for")),
            say(("die Angaben hinter dem Fragezeichen: ", "what stands behind the question mark: ")) + &names,
        )),
        Because::Body => facts.push((
            say(("Nicht vorgesehen", "Not provided for")),
            say(("mitgeschickte Angaben an dieser Stelle", "sending anything along here")),
        )),
        Because::Route | Because::Unclassified => {}
    }
    facts
}

const fn doing(action: Action) -> Both {
    match action {
        Action::View => ("ansehen", "look"),
        Action::Change => ("ändern", "change"),
        Action::Import => ("einspielen", "import"),
        Action::Download => ("herunterladen", "download"),
        Action::Test => ("ausprobieren", "test"),
        Action::Never => ("bleibt immer zu", "always stays closed"),
    }
}

/// What a refusal of the permit's says.
pub(super) fn shut(why: &Why, language: Language) -> Text {
    let text = |status, code, tone, title, lines: &[Both]| text(language, status, code, tone, title, lines);
    match why {
        Why::NotHere => text(
            StatusCode::NOT_FOUND,
            "visit.not_here",
            "past",
            ("Hier ist nichts.", "There is nothing here."),
            &[(
                "Entweder gibt es diesen Besuch nicht, oder er gehört zu einem anderen Browser.",
                "Either there is no such visit, or it belongs to another browser.",
            )],
        ),
        Why::LinkSpent => text(
            StatusCode::GONE,
            "visit.link_spent",
            "past",
            ("Dieser Link ist verbraucht.", "This link is used up."),
            &[
                (
                    "Er öffnet das Produkt genau einmal und nur eine Minute lang.",
                    "It opens the product exactly once, and for one minute only.",
                ),
                (
                    "Öffnen Sie das Produkt bitte noch einmal vom Arbeitsplatz aus.",
                    "Please open the product again from the desk.",
                ),
            ],
        ),
        Why::Ended => {
            let title = ("Dieser Besuch ist zu Ende.", "This visit has ended.");
            let mut text = text(StatusCode::GONE, "visit.over", "past", title, &[]);
            text.lines.push(pick(language, SWEPT));
            text
        }
        Why::Over { how, cut_millis } => over(*how, *cut_millis, language),
        Why::TooOften => text(
            StatusCode::TOO_MANY_REQUESTS,
            "route.too_often",
            "closed",
            ("Hier wurde zu oft gesucht.", "Too many searches were made here."),
            &[
                (
                    "Diese Seite zeigt persönliche Daten verdeckt. Viele Suchen nacheinander könnten sie verraten.",
                    "This page shows personal data masked. Many searches in a row could give it away.",
                ),
                (
                    "Die Leitung ist benachrichtigt. In einigen Minuten geht es langsam weiter.",
                    "The leads have been told. It goes on slowly in a few minutes.",
                ),
            ],
        ),
        Why::Stopped => own(Own::Bad, language),
        Why::Unclassified => text(
            StatusCode::FORBIDDEN,
            "visit.unclassified",
            "closed",
            ("Diese Seite steht nicht im Katalog.", "This page is not in the catalogue."),
            &[
                (
                    "Niemand hat festgelegt, was hier zu sehen ist. Deshalb bleibt sie zu.",
                    "Nobody has said what can be seen here. So it stays closed.",
                ),
                (
                    "Wird sie gebraucht, trägt die Entwicklung sie in den Produktkatalog ein.",
                    "If it is needed, the developers add it to the product catalogue.",
                ),
            ],
        ),
        Why::Closed(closed) => said(closed.code(), closed.told(language), more_of(*closed), language),
        Why::Needs(need) => said(need.code(), need.told(language), more_for(*need), language),
        Why::Busy => text(
            StatusCode::SERVICE_UNAVAILABLE,
            "gateway.busy",
            "past",
            ("Im Moment ist zu viel los.", "Too much is going on right now."),
            &[(
                "Bitte versuchen Sie es in einigen Sekunden noch einmal.",
                "Please try again in a few seconds.",
            )],
        ),
    }
}

fn over(how: EndedHow, cut_millis: Option<u64>, language: Language) -> Text {
    // The same words as in the visitor book and at the desk.
    let title = format!("{}.", how.told(language));
    let code = format!("visit.over.{}", how.word()).into();
    let mut text = Text { status: StatusCode::GONE, code, tone: "past", title, lines: vec![], facts: vec![] };
    if let Some(millis) = cut_millis {
        text.lines.push(cut(millis, language));
    }
    let next: Option<Both> = match how {
        EndedHow::HourUp | EndedHow::Idle | EndedHow::Restart => Some((
            "Einen neuen Besuch beginnen Sie am Arbeitsplatz, mit einem neuen Grund.",
            "Start a new visit at the desk, with a new reason.",
        )),
        EndedHow::Expired | EndedHow::GroundOver => Some((
            "Wird er noch gebraucht, fragen Sie den Kunden nach einer neuen PIN.",
            "If it is still needed, ask the customer for a new PIN.",
        )),
        EndedHow::TrainingLost
        | EndedHow::GuidelinesLost
        | EndedHow::DutiesOverdue
        | EndedHow::CustomerWord
        | EndedHow::ConditionLost => {
            Some(("Der Arbeitsplatz zeigt, was fehlt.", "The desk shows what is missing."))
        }
        _ => None,
    };
    text.lines.extend(next.map(|both| pick(language, both)));
    text.lines.push(pick(language, SWEPT));
    text
}

const SWEPT: Both = (
    "Aus diesem Browser ist alles vom Produkt entfernt.",
    "Everything of the product's has been removed from this browser.",
);

/// "After 0.2 s …": rounded up to a tenth, so that the page never flatters.
fn cut(millis: u64, language: Language) -> String {
    let tenths = millis.div_ceil(100).max(1);
    let (whole, part) = (tenths / 10, tenths % 10);
    match language {
        Language::German => format!("Nach {whole},{part} s war alles zu."),
        Language::English => format!("Everything was shut after {whole}.{part} s."),
    }
}

/// A door that the decision left shut: its sentence, and what this page adds to it.
fn said(code: &'static str, told: &str, more: &[Both], language: Language) -> Text {
    let log_down = code == Closed::LogDown.code();
    Text {
        status: if log_down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::FORBIDDEN },
        code: code.into(),
        tone: "closed",
        title: told.to_owned(),
        lines: more.iter().map(|line| pick(language, *line)).collect(),
        facts: vec![],
    }
}

const fn more_of(closed: Closed) -> &'static [Both] {
    match closed {
        Closed::Never => &[(
            "Passwörter, Anmeldung und Schlüssel des Kunden öffnet kein Zugang, auch keine Zustimmung. Der Kunde kann das nur selbst tun.",
            "No access opens a customer's passwords, sign-in or keys, and no consent does. Only the customer can do this.",
        )],
        Closed::LogDown => &[(
            "Ohne Eintrag gibt es keinen Zugang. Sagen Sie bitte der Verwaltung Bescheid.",
            "Without an entry there is no access. An administrator is needed.",
        )],
        _ => &[],
    }
}

const fn more_for(need: Need) -> &'static [Both] {
    match need {
        Need::Consent(Action::View | Action::Never) => &[BY_AN_AUTHORISED_CONTACT],
        Need::Consent(Action::Change) => &[
            (
                "Hier würde etwas geändert. Es ist nichts gespeichert worden.",
                "Something would be changed here. Nothing was saved.",
            ),
            BY_AN_AUTHORISED_CONTACT,
        ],
        Need::Consent(Action::Import) => &[
            (
                "Hier würden Daten eingespielt. Es ist nichts geschehen.",
                "Data would be imported here. Nothing was done.",
            ),
            BY_AN_AUTHORISED_CONTACT,
        ],
        Need::Consent(Action::Download) => &[
            ("Hier würde etwas heruntergeladen.", "Something would be downloaded here."),
            BY_AN_AUTHORISED_CONTACT,
        ],
        Need::Consent(Action::Test) => &[
            (
                "Hier würde etwas ausprobiert. Es ist nichts geschehen.",
                "Something would be tested here. Nothing was done.",
            ),
            BY_AN_AUTHORISED_CONTACT,
        ],
        Need::PersonalData => &[
            (
                "Eine PIN öffnet das Produkt, aber keine Daten von Menschen.",
                "A PIN opens the product, but not people's data.",
            ),
            THE_CUSTOMER_CAN,
        ],
        Need::Area => {
            &[("Der Kunde kann ihn zusätzlich freigeben.", "The customer can open it in addition.")]
        }
        Need::Staff(_) | Need::Reason | Need::Link | Need::Takeover | Need::CustomerWord | Need::ActingAs => {
            &[("Am Arbeitsplatz geht es weiter.", "It goes on at the desk.")]
        }
        Need::ActAs => &[],
    }
}

const THE_CUSTOMER_CAN: Both = (
    "Öffnen kann sie der Kunde: mit einer Freigabe oder einer Zustimmung.",
    "The customer can open it: with a grant or a consent.",
);

const BY_AN_AUTHORISED_CONTACT: Both = (
    "Ein berechtigter Kontakt kann schriftlich zustimmen, für genau diese Art von Handlung.",
    "An authorised contact can agree in writing, to exactly this kind of action.",
);

/// What the gateway's own reasons say.
pub(super) fn own(own: Own, language: Language) -> Text {
    let text = |status, code, tone, title, lines: &[Both]| text(language, status, code, tone, title, lines);
    match own {
        Own::NotFound => text(
            StatusCode::NOT_FOUND,
            "gateway.not_found",
            "past",
            ("Hier ist nichts.", "There is nothing here."),
            &[],
        ),
        Own::Bad => text(
            StatusCode::BAD_REQUEST,
            "request.ambiguous",
            "closed",
            ("Dieser Abruf ist nicht eindeutig.", "This call is ambiguous."),
            &[("Er wurde nicht weitergegeben.", "It was not passed on.")],
        ),
        Own::Override => text(
            StatusCode::BAD_REQUEST,
            "request.override",
            "closed",
            ("Dieser Abruf will etwas anderes, als er sagt.", "This call wants something else than it says."),
            &[(
                "Er nennt dem Produkt eine andere Methode. Er wurde nicht weitergegeben.",
                "It names another method to the product. It was not passed on.",
            )],
        ),
        Own::Foreign => text(
            StatusCode::FORBIDDEN,
            "request.foreign",
            "closed",
            ("Dieser Abruf kam von einer anderen Seite.", "This call came from another site."),
            &[("Er wurde nicht weitergegeben.", "It was not passed on.")],
        ),
        Own::ServiceWorker => text(
            StatusCode::FORBIDDEN,
            "request.service_worker",
            "closed",
            (
                "Bei einem Besuch laufen keine Hintergrundskripte.",
                "No background scripts run during a visit.",
            ),
            &[],
        ),
        Own::TooLarge => text(
            StatusCode::PAYLOAD_TOO_LARGE,
            "request.too_large",
            "closed",
            ("Das ist zu groß.", "That is too large."),
            &[("Es ist nichts gespeichert worden.", "Nothing was saved.")],
        ),
        Own::Compressed => text(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "request.encoding",
            "closed",
            (
                "In dieser Form kann der Abruf nicht geprüft werden.",
                "The call cannot be checked in this form.",
            ),
            &[("Es ist nichts gespeichert worden.", "Nothing was saved.")],
        ),
        Own::SlowBody => text(
            StatusCode::REQUEST_TIMEOUT,
            "request.slow",
            "past",
            ("Der Abruf kam nicht vollständig an.", "The call did not arrive in full."),
            &[("Es ist nichts gespeichert worden.", "Nothing was saved.")],
        ),
        Own::CarriesMask => text(
            StatusCode::UNPROCESSABLE_ENTITY,
            "request.carries_mask",
            "closed",
            ("Es ist nichts gespeichert worden.", "Nothing was saved."),
            &[
                (
                    "Das Formular enthält verdeckte Felder (•••••). Gespeichert würden sie die echten Daten überschreiben.",
                    "The form holds masked fields (•••••). Saving them would overwrite the real data.",
                ),
                (
                    "Der Kunde kann die Änderung selbst machen oder die Daten freigeben.",
                    "The customer can make the change, or open the data.",
                ),
            ],
        ),
        Own::Withheld => said(
            Need::PersonalData.code(),
            Need::PersonalData.told(language),
            &[
                (
                    "Sie lassen sich an dieser Stelle nicht verdecken, deshalb bleibt alles zurück.",
                    "They cannot be masked here, so all of it is withheld.",
                ),
                THE_CUSTOMER_CAN,
            ],
            language,
        ),
        Own::UpstreamDown => text(
            StatusCode::BAD_GATEWAY,
            "upstream.down",
            "past",
            ("Das Produkt antwortet nicht.", "The product does not answer."),
            &[(
                "Der Besuch läuft weiter. Versuchen Sie es gleich noch einmal.",
                "The visit goes on. Try again in a moment.",
            )],
        ),
        Own::UpstreamSlow => text(
            StatusCode::GATEWAY_TIMEOUT,
            "upstream.slow",
            "past",
            ("Das Produkt braucht zu lange.", "The product takes too long."),
            &[(
                "Der Besuch läuft weiter. Versuchen Sie es gleich noch einmal.",
                "The visit goes on. Try again in a moment.",
            )],
        ),
        Own::Unsettled => text(
            StatusCode::SERVICE_UNAVAILABLE,
            "visit.unsettled",
            "past",
            ("Am Zugang hat sich gerade etwas geändert.", "Something about the access has just changed."),
            &[(
                "Der Abruf wurde nicht weitergegeben. Laden Sie die Seite neu.",
                "The call was not passed on. Reload the page.",
            )],
        ),
        Own::Preview => text(
            StatusCode::SERVICE_UNAVAILABLE,
            "visit.preview",
            "past",
            ("Dieser Link öffnet ein Produkt.", "This link opens a product."),
            &[],
        ),
    }
}

//! Mails about forgotten passwords and lost second factors (rule Z10). They hold no text of whoever asks.

use pforte_core::{
    kernel::{Language, Moment},
    recovery::{Lost, RecoveryEnd, Way},
};
use pforte_store::outbox::Message;

use super::Reader;
use crate::cx::App;

/// What is told of a recovery.
#[derive(Clone, Copy, Debug)]
pub enum RecoveryNews<'a> {
    Asked {
        lost: Lost,
        way: Way,
    },
    /// The reader is one of those who can approve.
    Approve {
        lost: Lost,
    },
    /// All have approved; `rests` while there is time to object.
    Ready {
        by: &'a str,
        rests: bool,
    },
    Done,
    Stopped {
        how: RecoveryEnd,
        by: &'a str,
    },
    Shut,
    Printed,
}

/// The link somebody asked for.
pub fn recovery_link(
    app: &App,
    reader: &Reader,
    provider: &str,
    url: &str,
    stop: &str,
    now: Moment,
) -> Message {
    let who = &reader.name;
    let text = match reader.language {
        Language::German => (
            "Passwort oder Einmalcodes neu einrichten".to_owned(),
            format!(
                "Guten Tag {who},\n\nmit diesem Link richten Sie Ihr Passwort oder Ihre Einmalcodes bei {provider} neu ein. \
                 Er gilt 24 Stunden und nur einmal:\n\n{url}\n\nDer Link allein ändert nichts. Danach brauchen Sie Ihren \
                 Einmalcode oder jemanden, der zustimmt.\n\nSie haben das nicht angefordert? Dann melden Sie es bitte \
                 hier:\n\n{stop}\n"
            ),
        ),
        Language::English => (
            "Reset your password or one-time codes".to_owned(),
            format!(
                "Hello {who},\n\nThis link lets you reset your password or one-time codes at {provider}. It works \
                 once, for 24 hours:\n\n{url}\n\nThe link alone changes nothing. You also need your one-time code, or \
                 somebody who approves.\n\nYou did not ask for this? Then please say so here:\n\n{stop}\n"
            ),
        ),
    };
    message(app, reader, text, now)
}

/// Told to the person, at every address of theirs, with the way to stop it.
pub fn recovery_own(app: &App, reader: &Reader, news: RecoveryNews<'_>, stop: &str, now: Moment) -> Message {
    let who = &reader.name;
    let (subject, said) = match reader.language {
        Language::German => own_german(news),
        Language::English => own_english(news),
    };
    let stops = !matches!(news, RecoveryNews::Stopped { .. } | RecoveryNews::Shut);
    let text = match (reader.language, stops) {
        (Language::German, true) => {
            format!(
                "Guten Tag {who},\n\n{said}\n\nDas waren nicht Sie? Dann melden Sie es bitte gleich hier:\n\n{stop}\n"
            )
        }
        (Language::German, false) => format!("Guten Tag {who},\n\n{said}\n"),
        (Language::English, true) => {
            format!(
                "Hello {who},\n\n{said}\n\nThat was not you? Then please say so here at once:\n\n{stop}\n"
            )
        }
        (Language::English, false) => format!("Hello {who},\n\n{said}\n"),
    };
    message(app, reader, (subject, text), now)
}

/// Told to those who can approve, and to everybody else concerned.
pub fn recovery_told(app: &App, reader: &Reader, name: &str, news: RecoveryNews<'_>, now: Moment) -> Message {
    let (who, page) = (&reader.name, &app.settings.public_origin);
    let text = match reader.language {
        Language::German => {
            let (subject, said) = told_german(name, news, reader.contact.is_some());
            (subject, format!("Guten Tag {who},\n\n{said}\n\n{page}\n"))
        }
        Language::English => {
            let (subject, said) = told_english(name, news, reader.contact.is_some());
            (subject, format!("Hello {who},\n\n{said}\n\n{page}\n"))
        }
    };
    message(app, reader, text, now)
}

const fn lost_german(lost: Lost) -> &'static str {
    match lost {
        Lost::Password => "das Passwort ist vergessen",
        Lost::Codes => "die Einmalcodes sind verloren",
        Lost::Both => "Passwort und Einmalcodes sind verloren",
        Lost::Closed => "nach zu vielen falschen Codes gilt keiner mehr",
    }
}

const fn lost_english(lost: Lost) -> &'static str {
    match lost {
        Lost::Password => "the password is forgotten",
        Lost::Codes => "the one-time codes are lost",
        Lost::Both => "password and one-time codes are lost",
        Lost::Closed => "after too many wrong codes none counts any more",
    }
}

fn own_german(news: RecoveryNews<'_>) -> (String, String) {
    match news {
        RecoveryNews::Asked { lost, way } => (
            "Ihr Konto: Neu einrichten beantragt".into(),
            format!(
                "für Ihr Konto wurde beantragt, Passwort oder Einmalcodes neu einzurichten ({}). {} Bis dahin ändert \
                 sich nichts.",
                lost_german(lost),
                match way {
                    Way::Provider => {
                        "Ihr Anbieter prüft, wer fragt, und gibt Ihnen auf einem anderen Weg einen Code; danach können \
                         drei Tage lang alle Kontakte Ihres Kontos widersprechen."
                    }
                    Way::Staff => "Zustimmen müssen eine Leitung und eine Verwaltung.",
                    _ => "Zustimmen muss jemand anderes mit voller Berechtigung.",
                }
            ),
        ),
        RecoveryNews::Ready { by, rests: false } => (
            "Ihr Konto: Zustimmung erteilt".into(),
            format!(
                "{by} hat zugestimmt. Gehen Sie zu der Seite zurück, auf der Sie gefragt haben, im selben Browser; dort geht \
                 es weiter. Sie haben 24 Stunden Zeit."
            ),
        ),
        RecoveryNews::Ready { by, rests: true } => (
            "Ihr Konto: Geprüft, drei Tage Wartezeit".into(),
            format!(
                "{by} vom Support hat geprüft, wer fragt. In drei Tagen geht es auf der Seite weiter, auf der Sie gefragt \
                 haben, im selben Browser. Dazu brauchen Sie den Code, den Sie auf einem anderen Weg bekommen."
            ),
        ),
        RecoveryNews::Done => (
            "Ihr Konto: Neu eingerichtet".into(),
            "Ihr Passwort oder Ihre Einmalcodes wurden neu eingerichtet. Alle Anmeldungen sind beendet, auch die PIN von \
             vorher gilt nicht mehr."
                .into(),
        ),
        RecoveryNews::Stopped { how, by } => ("Ihr Konto: Antrag beendet".into(), stopped_german(how, by)),
        RecoveryNews::Shut => (
            "Ihr Konto ist geschlossen".into(),
            "Sie haben gemeldet, dass nicht Sie Ihr Konto neu eingerichtet haben. Deshalb gilt jetzt kein Passwort mehr, und \
             alle Anmeldungen sind beendet. Richten Sie Ihr Konto über „Passwort vergessen?“ neu ein, und prüfen Sie, wer \
             Ihre E-Mails lesen kann."
                .into(),
        ),
        RecoveryNews::Approve { .. } | RecoveryNews::Printed => (
            "Ihr Konto: Link auf dem Server erstellt".into(),
            "wer den Server betreibt, hat einen Link erstellt, mit dem Ihr Konto neu eingerichtet werden kann. Er gilt eine \
             Stunde. Alle Leitungen und Verwaltungen wissen davon."
                .into(),
        ),
    }
}

fn own_english(news: RecoveryNews<'_>) -> (String, String) {
    match news {
        RecoveryNews::Asked { lost, way } => (
            "Your account: a request to reset it".into(),
            format!(
                "Somebody asked to reset your password or one-time codes ({}). {} Until then nothing changes.",
                lost_english(lost),
                match way {
                    Way::Provider => {
                        "Your provider checks who is asking and gives you a code another way; after that all contacts of \
                         your account have three days to object."
                    }
                    Way::Staff => "A lead and an admin have to approve.",
                    _ => "Somebody else with full rights has to approve.",
                }
            ),
        ),
        RecoveryNews::Ready { by, rests: false } => (
            "Your account: approved".into(),
            format!(
                "{by} approved. Go back to the page on which you asked, in the same browser; it goes on there. You have 24 \
                 hours."
            ),
        ),
        RecoveryNews::Ready { by, rests: true } => (
            "Your account: checked, three days to wait".into(),
            format!(
                "{by} from support has checked who is asking. In three days it goes on where you asked, in the same browser. \
                 You need the code that you get another way."
            ),
        ),
        RecoveryNews::Done => (
            "Your account was reset".into(),
            "Your password or one-time codes were reset. All sign-ins have ended, and the PIN of before no longer works."
                .into(),
        ),
        RecoveryNews::Stopped { how, by } => ("Your account: the request has ended".into(), stopped_english(how, by)),
        RecoveryNews::Shut => (
            "Your account is shut".into(),
            "You told us that it was not you who reset your account. So no password counts any more, and all sign-ins \
             have ended. Reset your account with “Forgot your password?”, and check who can read your mail."
                .into(),
        ),
        RecoveryNews::Approve { .. } | RecoveryNews::Printed => (
            "Your account: a link made on the server".into(),
            "Whoever runs the server made a link that lets your account be reset. It is valid for an hour. All leads \
             and admins know of it."
                .into(),
        ),
    }
}

fn stopped_german(how: RecoveryEnd, by: &str) -> String {
    match how {
        RecoveryEnd::Withdrawn => "der Antrag, das Konto neu einzurichten, wurde zurückgezogen. Nichts hat sich geändert.".into(),
        RecoveryEnd::Objected => {
            "der Antrag, das Konto neu einzurichten, ist beendet: Die Person sagt, sie war es nicht. Nichts hat sich geändert. \
             Vielleicht liest jemand ihre E-Mails."
                .into()
        }
        RecoveryEnd::Guessed => {
            "der Antrag, das Konto neu einzurichten, ist beendet: Zu oft wurde etwas Falsches eingegeben. Nichts hat sich \
             geändert."
                .into()
        }
        _ => format!("{by} hat den Antrag abgelehnt, das Konto neu einzurichten. Nichts hat sich geändert."),
    }
}

fn stopped_english(how: RecoveryEnd, by: &str) -> String {
    match how {
        RecoveryEnd::Withdrawn => "The request to reset the account was taken back. Nothing has changed.".into(),
        RecoveryEnd::Objected => {
            "The request to reset the account has ended: the person says it was not them. Nothing has changed. Somebody \
             may be reading their mail."
                .into()
        }
        RecoveryEnd::Guessed => {
            "The request to reset the account has ended: something wrong was typed too often. Nothing has changed."
                .into()
        }
        _ => format!("{by} refused the request to reset the account. Nothing has changed."),
    }
}

fn told_german(name: &str, news: RecoveryNews<'_>, contact: bool) -> (String, String) {
    let place =
        if contact { "unter Einstellungen › Support" } else { "am Arbeitsplatz unter „Konten“" };
    match news {
        RecoveryNews::Approve { lost } => (
            format!("Bitte prüfen: {name} kann sich nicht anmelden"),
            format!(
                "{name} bittet um Zustimmung, das eigene Konto neu einzurichten ({}). Sprechen Sie mit {name}, am besten am \
                 Telefon unter einer Nummer, die Sie kennen, und melden Sie sich dann wie gewohnt an; Sie finden es {place}. \
                 Ohne Antwort verfällt es.",
                lost_german(lost)
            ),
        ),
        RecoveryNews::Asked { lost, .. } => (
            format!("{name} kann sich nicht anmelden"),
            format!(
                "für {name} wurde beantragt, das Konto neu einzurichten ({}). Bei Ihnen ist sonst niemand, der zustimmen \
                 kann; deshalb prüft der Anbieter, wer fragt. Kommt Ihnen das falsch vor? Dann lehnen Sie es im Portal ab, \
                 {place}.",
                lost_german(lost)
            ),
        ),
        RecoveryNews::Ready { by, .. } => (
            format!("{name}: Geprüft, drei Tage Wartezeit"),
            format!(
                "{by} vom Support hat geprüft, wer für {name} fragt. In drei Tagen kann das Konto neu eingerichtet werden. \
                 Bis dahin können Sie es ablehnen, {place}."
            ),
        ),
        RecoveryNews::Done => (
            format!("{name}: Konto neu eingerichtet"),
            format!(
                "{name} hat Passwort oder Einmalcodes neu eingerichtet. Alle Anmeldungen von vorher sind beendet. Kommt Ihnen \
                 das falsch vor? Dann fragen Sie {name}, und sagen Sie gleich Bescheid."
            ),
        ),
        RecoveryNews::Stopped { how, by } => (format!("{name}: Antrag beendet"), stopped_german(how, by)),
        RecoveryNews::Shut => (
            format!("{name}: Konto geschlossen"),
            format!(
                "{name} sagt, nicht selbst das Konto neu eingerichtet zu haben. Es ist geschlossen, alle Anmeldungen sind \
                 beendet. Bitte sehen Sie nach, was seitdem geschah."
            ),
        ),
        RecoveryNews::Printed => (
            format!("{name}: Link auf dem Server erstellt"),
            format!(
                "wer den Server betreibt, hat einen Link erstellt, mit dem das Konto von {name} neu eingerichtet werden kann. \
                 Er gilt eine Stunde. War das abgesprochen?"
            ),
        ),
    }
}

fn told_english(name: &str, news: RecoveryNews<'_>, contact: bool) -> (String, String) {
    let place = if contact { "in Settings › Support" } else { "at the desk, in Accounts" };
    match news {
        RecoveryNews::Approve { lost } => (
            format!("Please check: {name} cannot sign in"),
            format!(
                "{name} asks for approval to reset their account ({}). Talk to {name}, best on the telephone at a number \
                 that you know, then sign in as you always do; you find it {place}. Without an answer it lapses.",
                lost_english(lost)
            ),
        ),
        RecoveryNews::Asked { lost, .. } => (
            format!("{name} cannot sign in"),
            format!(
                "Somebody asked to reset the account of {name} ({}). Nobody else of yours can approve, so the provider \
                 checks who is asking. This looks wrong to you? Then refuse it in the portal, {place}.",
                lost_english(lost)
            ),
        ),
        RecoveryNews::Ready { by, .. } => (
            format!("{name}: checked, three days to wait"),
            format!(
                "{by} from support has checked who is asking for {name}. In three days the account can be reset. Until \
                 then you can refuse it, {place}."
            ),
        ),
        RecoveryNews::Done => (
            format!("{name}: account reset"),
            format!(
                "{name} has reset password or one-time codes. All sign-ins of before have ended. This looks wrong to you? \
                 Then ask {name}, and tell us at once."
            ),
        ),
        RecoveryNews::Stopped { how, by } => {
            (format!("{name}: the request has ended"), stopped_english(how, by))
        }
        RecoveryNews::Shut => (
            format!("{name}: account shut"),
            format!(
                "{name} says it was not them who reset the account. It is shut, and all sign-ins have ended. Please look \
                 at what happened since."
            ),
        ),
        RecoveryNews::Printed => (
            format!("{name}: a link made on the server"),
            format!(
                "Whoever runs the server made a link that lets the account of {name} be reset. It is valid for an hour. \
                 Was that agreed?"
            ),
        ),
    }
}

fn message(app: &App, reader: &Reader, text: (String, String), now: Moment) -> Message {
    super::notice(app, reader, text, now)
}

//! What mails say, in the reader's language.

use pforte_core::kernel::{ContactId, Language, Moment, ProviderId};
use pforte_store::{
    contact::Contact,
    outbox::{Message, Origin, Place},
    provider::Provider,
    staff::Staff,
};

use crate::cx::App;

mod contact;
mod recovery;

pub use contact::*;
pub use recovery::*;

fn message(
    app: &App,
    contact: &Contact,
    address: &str,
    now: Moment,
    (subject, body): (String, String),
) -> Message {
    Message {
        id: app.sources.id(now),
        provider: contact.provider,
        recipient: address.to_owned(),
        subject,
        body,
        origin: Origin::Notice,
        ticket: None,
        contact: Some(contact.id),
        message: None,
        place: Place::default(),
        attempts: 0,
        created_at: now,
    }
}

fn language(contact: &Contact) -> Language {
    Language::from_word(&contact.language).unwrap_or(Language::English)
}

/// The link somebody asked for.
pub fn sign_in_link(
    app: &App,
    provider: &Provider,
    contact: &Contact,
    address: &str,
    url: &str,
    now: Moment,
) -> Message {
    let (name, who) = (&provider.name, contact.name());
    let text = match language(contact) {
        Language::German => (
            format!("Ihr Anmelde-Link für {name}"),
            format!(
                "Guten Tag {who},\n\nmit diesem Link melden Sie sich an. Er gilt eine Viertelstunde und nur \
                 einmal:\n\n{url}\n\nSie haben keinen Link angefordert? Dann brauchen Sie nichts zu tun.\n"
            ),
        ),
        Language::English => (
            format!("Your sign-in link for {name}"),
            format!(
                "Hello {who},\n\nThis link signs you in. It is good for a quarter of an hour, and once:\n\n\
                 {url}\n\nYou did not ask for a link? Then there is nothing to do.\n"
            ),
        ),
    };
    message(app, contact, address, now, text)
}

/// The way to a new contact's first password.
pub fn activation(
    app: &App,
    provider: &Provider,
    contact: &Contact,
    address: &str,
    url: &str,
    now: Moment,
) -> Message {
    let (name, who) = (&provider.name, contact.name());
    let text = match language(contact) {
        Language::German => (
            format!("Ihr Zugang zum Support von {name}"),
            format!(
                "Guten Tag {who},\n\nhier legen Sie Ihr Passwort fest:\n\n{url}\n\nDazu brauchen Sie den Code, \
                 den {name} Ihnen auf einem anderen Weg gibt. Der Link gilt sieben Tage.\n"
            ),
        ),
        Language::English => (
            format!("Your access to support at {name}"),
            format!(
                "Hello {who},\n\nSet your password here:\n\n{url}\n\nYou need the code that {name} gives you \
                 another way. The link is good for seven days.\n"
            ),
        ),
    };
    message(app, contact, address, now, text)
}

/// Five wrong guesses: the PIN is dead.
pub fn pin_killed(app: &App, contact: &Contact, address: &str, now: Moment) -> Message {
    let who = contact.name();
    let text = match language(contact) {
        Language::German => (
            "Ihre Support-PIN wurde gesperrt".to_owned(),
            format!(
                "Guten Tag {who},\n\nIhre Support-PIN wurde fünfmal falsch eingegeben. Sie gilt nicht mehr; im \
                 Portal steht schon eine neue. Niemand hat Ihr Konto gesehen.\n\nHaben Sie gerade nicht mit dem \
                 Support gesprochen? Dann sagen Sie ihm bitte Bescheid.\n"
            ),
        ),
        Language::English => (
            "Your support PIN was blocked".to_owned(),
            format!(
                "Hello {who},\n\nYour support PIN was typed wrong five times. It no longer works; the portal \
                 already shows a new one. Nobody has seen your account.\n\nYou were not talking to support? \
                 Then please tell them.\n"
            ),
        ),
    };
    message(app, contact, address, now, text)
}

/// Fifteen wrong guesses: PINs open nothing until an authorised contact signs in.
pub fn pin_closed(app: &App, contact: &Contact, address: &str, now: Moment) -> Message {
    let who = contact.name();
    let text = match language(contact) {
        Language::German => (
            "PINs sind vorerst geschlossen".to_owned(),
            format!(
                "Guten Tag {who},\n\nin den letzten 24 Stunden wurden fünfzehn falsche PINs für Ihr Konto \
                 eingegeben. Deshalb öffnet vorerst keine PIN mehr. Sobald sich jemand mit voller Berechtigung \
                 neu im Portal anmeldet, geht es weiter. Niemand hat Ihr Konto gesehen.\n"
            ),
        ),
        Language::English => (
            "PINs are closed for now".to_owned(),
            format!(
                "Hello {who},\n\nFifteen wrong PINs were typed for your account within 24 hours. So no PIN opens \
                 anything for now. It goes on as soon as an authorised contact signs in to the portal afresh. \
                 Nobody has seen your account.\n"
            ),
        ),
    };
    message(app, contact, address, now, text)
}

/// One-time codes were turned on or off.
pub fn codes_changed(app: &App, contact: &Contact, address: &str, on: bool, now: Moment) -> Message {
    let (who, portal) = (contact.name(), &app.settings.public_origin);
    let text = match (language(contact), on) {
        (Language::German, true) => (
            "Einmalcodes sind eingeschaltet".to_owned(),
            format!(
                "Guten Tag {who},\n\nab jetzt brauchen Sie bei der Anmeldung zusätzlich einen Code aus Ihrer App.\n\nDas \
                 waren nicht Sie? Dann ändern Sie bitte Ihr Passwort und sagen Sie dem Support Bescheid:\n\n{portal}\n"
            ),
        ),
        (Language::German, false) => (
            "Einmalcodes sind ausgeschaltet".to_owned(),
            format!(
                "Guten Tag {who},\n\nbei der Anmeldung wird kein Code mehr verlangt, nur noch Ihr Passwort.\n\nDas waren \
                 nicht Sie? Dann ändern Sie bitte Ihr Passwort und schalten Sie die Codes wieder ein:\n\n{portal}\n"
            ),
        ),
        (Language::English, true) => (
            "One-time codes are on".to_owned(),
            format!(
                "Hello {who},\n\nFrom now on you also need a code from your app to sign in.\n\nThat was not you? Then \
                 please change your password and tell support:\n\n{portal}\n"
            ),
        ),
        (Language::English, false) => (
            "One-time codes are off".to_owned(),
            format!(
                "Hello {who},\n\nSigning in no longer takes a code, only your password.\n\nThat was not you? Then \
                 please change your password and turn the codes on again:\n\n{portal}\n"
            ),
        ),
    };
    message(app, contact, address, now, text)
}

/// Who reads a mail: a contact or one of the staff.
#[derive(Clone, Debug)]
pub struct Reader {
    provider: ProviderId,
    contact: Option<ContactId>,
    name: String,
    language: Language,
    address: String,
}

impl Reader {
    pub fn of_contact(contact: &Contact, address: String) -> Self {
        let (provider, name) = (contact.provider, contact.name());
        Self { provider, contact: Some(contact.id), name, language: language(contact), address }
    }

    pub fn of_staff(staff: &Staff) -> Self {
        Self {
            provider: staff.provider,
            contact: None,
            name: staff.name(),
            language: Language::from_word(&staff.language).unwrap_or(Language::English),
            address: staff.email.clone(),
        }
    }
}

/// Somebody who knows the password tried many codes.
pub fn codes_guessed(app: &App, reader: &Reader, now: Moment) -> Message {
    let (who, page) = (&reader.name, &app.settings.public_origin);
    let (subject, body) = match reader.language {
        Language::German => (
            "Jemand kennt vielleicht Ihr Passwort".to_owned(),
            format!(
                "Guten Tag {who},\n\nin den letzten 24 Stunden wurden für Ihr Konto zwanzig falsche Codes eingegeben, von jemandem, der \
                 Ihr Passwort kennt oder Ihre E-Mails liest. Deshalb gilt vorerst kein Code mehr.\n\nDas waren nicht \
                 Sie? Dann ändern Sie bitte Ihr Passwort, wo Sie noch angemeldet sind, und sagen Sie Ihrer Leitung oder \
                 dem Support Bescheid. Über „Passwort vergessen?“ richten Sie Ihr Konto neu ein:\n\n{page}\n"
            ),
        ),
        Language::English => (
            "Somebody may know your password".to_owned(),
            format!(
                "Hello {who},\n\nTwenty wrong codes were typed for your account within 24 hours, by somebody who knows your password \
                 or reads your mail. So no code counts for now.\n\nThat was not you? Then please change your password \
                 where you are still signed in, and tell your lead or support. With “Forgot your password?” you \
                 reset your account:\n\n{page}\n"
            ),
        ),
    };
    notice(app, reader, (subject, body), now)
}

/// A mail to somebody, whoever they are.
fn notice(app: &App, reader: &Reader, (subject, body): (String, String), now: Moment) -> Message {
    Message {
        id: app.sources.id(now),
        provider: reader.provider,
        recipient: reader.address.clone(),
        subject,
        body,
        origin: Origin::Notice,
        ticket: None,
        contact: reader.contact,
        message: None,
        place: Place::default(),
        attempts: 0,
        created_at: now,
    }
}

/// Rule T5: a visit has begun, on a PIN or for a ticket.
pub fn visit_opened(
    app: &App,
    contact: &Contact,
    address: &str,
    (staff, product, ticket): (&str, &str, Option<i64>),
    now: Moment,
) -> Message {
    let (who, portal) = (contact.name(), &app.settings.public_origin);
    let by = match (language(contact), ticket) {
        (Language::German, None) => "mit Ihrer PIN".to_owned(),
        (Language::German, Some(number)) => format!("zu Ihrer Anfrage #{number}"),
        (Language::English, None) => "with your PIN".to_owned(),
        (Language::English, Some(number)) => format!("for your request #{number}"),
    };
    let text = match language(contact) {
        Language::German => (
            format!("{staff} ist jetzt in {product}"),
            format!(
                "Guten Tag {who},\n\n{staff} vom Support hat {by} {product} geöffnet, höchstens für eine \
                 Stunde. Im Portal sehen Sie, was geöffnet wird, und können es jederzeit beenden:\n\n{portal}\n"
            ),
        ),
        Language::English => (
            format!("{staff} is now in {product}"),
            format!(
                "Hello {who},\n\n{staff} from support opened {product} {by}, for an hour at most. The \
                 portal shows what is opened, and lets you end it at any time:\n\n{portal}\n"
            ),
        ),
    };
    message(app, contact, address, now, text)
}

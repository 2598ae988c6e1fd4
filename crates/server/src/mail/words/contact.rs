//! What mails say about contacts, their addresses and numbers. None carries a link that signs in.

use pforte_core::{
    contact::ChangeKind,
    kernel::{Language, Moment},
};
use pforte_store::{contact::Contact, outbox::Message, provider::Provider};

use super::{language, message};
use crate::cx::App;

/// Whether an address is the reader's. Holds no name: whoever asked may be somebody else (control 46).
pub fn address_question(
    app: &App,
    provider: &Provider,
    contact: &Contact,
    address: &str,
    url: &str,
    now: Moment,
) -> Message {
    let name = &provider.name;
    let text = match language(contact) {
        Language::German => (
            format!("Ist das Ihre Adresse beim Support von {name}?"),
            format!(
                "Guten Tag,\n\ndiese Adresse wurde beim Support von {name} angegeben. Ist es Ihre, und lesen nur \
                 Sie sie? Dann öffnen Sie diese Seite, melden sich an und bestätigen es:\n\n{url}\n\nDer Link gilt \
                 sieben Tage und einmal. Sie haben damit nichts zu tun? Dann brauchen Sie nichts zu tun; auf der \
                 Seite können Sie es uns auch sagen.\n"
            ),
        ),
        Language::English => (
            format!("Is this your address at {name} support?"),
            format!(
                "Hello,\n\nThis address was given at {name} support. Is it yours, and do only you read it? Then \
                 open this page, sign in and confirm it:\n\n{url}\n\nThe link is good for seven days, and once. \
                 You know nothing of this? Then there is nothing to do; the page also lets you tell us.\n"
            ),
        ),
    };
    message(app, contact, address, now, text)
}

/// Whether a mail that nothing proves was the reader's.
pub fn sender_question(
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
            format!("Haben Sie {name} geschrieben?"),
            format!(
                "Guten Tag {who},\n\nmit dieser Adresse als Absender kam eine E-Mail beim Support von {name} an. Ihr \
                 fehlt der Nachweis, dass sie von Ihnen ist. Bitte sagen Sie es uns mit einem Klick auf dieser \
                 Seite:\n\n{url}\n\nDer Link gilt sieben Tage und einmal. Bis dahin lesen wir die E-Mail nicht als \
                 Ihre.\n"
            ),
        ),
        Language::English => (
            format!("Did you write to {name}?"),
            format!(
                "Hello {who},\n\nA mail came in at {name} support with this address as its sender. Nothing in it \
                 proves that it is from you. Please tell us with a click on this page:\n\n{url}\n\nThe link is \
                 good for seven days, and once. Until then we do not take the mail for yours.\n"
            ),
        ),
    };
    message(app, contact, address, now, text)
}

/// Told to the primary address when another one was added (rule Z9).
pub fn address_added(app: &App, contact: &Contact, primary: &str, added: &str, now: Moment) -> Message {
    let (who, portal) = (contact.name(), &app.settings.public_origin);
    let text = match language(contact) {
        Language::German => (
            "Eine weitere Adresse wurde eingetragen".to_owned(),
            format!(
                "Guten Tag {who},\n\n{added} wurde als weitere Adresse von Ihnen eingetragen. Sie zählt, sobald sie \
                 bestätigt ist. Im Portal sehen Sie alle Ihre Adressen:\n\n{portal}\n\nDas waren nicht Sie? Dann \
                 entfernen Sie sie dort und ändern Sie bitte Ihr Passwort.\n"
            ),
        ),
        Language::English => (
            "Another address was added".to_owned(),
            format!(
                "Hello {who},\n\nThe address {added} was added as another of yours. It counts as soon as it is \
                 confirmed. The portal shows all your addresses:\n\n{portal}\n\nThat was not you? Then remove it \
                 there, and please change your password.\n"
            ),
        ),
    };
    message(app, contact, primary, now, text)
}

/// Told to the primary address when another one was removed (rule Z9).
pub fn address_removed(app: &App, contact: &Contact, primary: &str, removed: &str, now: Moment) -> Message {
    let (who, portal) = (contact.name(), &app.settings.public_origin);
    let text = match language(contact) {
        Language::German => (
            "Eine Adresse wurde entfernt".to_owned(),
            format!(
                "Guten Tag {who},\n\n{removed} ist nicht mehr als Ihre Adresse eingetragen. E-Mails von dort erkennen \
                 wir nicht mehr als Ihre. Im Portal sehen Sie alle Ihre Adressen:\n\n{portal}\n"
            ),
        ),
        Language::English => (
            "An address was removed".to_owned(),
            format!(
                "Hello {who},\n\nThe address {removed} is no longer one of yours. We no longer recognise mail from there \
                 as yours. The portal shows all your addresses:\n\n{portal}\n"
            ),
        ),
    };
    message(app, contact, primary, now, text)
}

/// Told to the new primary address; the old one hears of it with everybody else.
pub fn primary_changed(app: &App, contact: &Contact, address: &str, now: Moment) -> Message {
    let who = contact.name();
    let text = match language(contact) {
        Language::German => (
            "Das ist jetzt Ihre Hauptadresse".to_owned(),
            format!("Guten Tag {who},\n\nab jetzt schreiben wir Ihnen an diese Adresse.\n"),
        ),
        Language::English => (
            "This is your primary address now".to_owned(),
            format!("Hello {who},\n\nFrom now on we write to you at this address.\n"),
        ),
    };
    message(app, contact, address, now, text)
}

/// A number was removed; told to all who have a right.
pub fn phone_removed(app: &App, contact: &Contact, address: &str, whose: &str, now: Moment) -> Message {
    let (who, portal) = (contact.name(), &app.settings.public_origin);
    let text = match language(contact) {
        Language::German => (
            "Eine Telefonnummer wurde entfernt".to_owned(),
            format!(
                "Guten Tag {who},\n\neine Telefonnummer von {whose} wurde entfernt. Anrufe von dort erkennen wir \
                 nicht mehr. Im Portal sehen Sie, was eingetragen ist:\n\n{portal}\n"
            ),
        ),
        Language::English => (
            "A telephone number was removed".to_owned(),
            format!(
                "Hello {who},\n\nA telephone number of {whose} was removed. We no longer recognise calls from \
                 there. The portal shows what is registered:\n\n{portal}\n"
            ),
        ),
    };
    message(app, contact, address, now, text)
}

/// How far a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeStep {
    /// The reader is one of those who can agree.
    Asked,
    Done,
    Refused,
}

/// What is told of a change of the list of contacts.
#[derive(Clone, Copy, Debug)]
pub struct ChangeMail<'a> {
    pub step: ChangeStep,
    pub kind: ChangeKind,
    /// Whom it is about.
    pub name: &'a str,
    /// Who asked, or who decided.
    pub by: &'a str,
}

/// A change of contacts, rights, primary addresses or numbers (rule P2, control 19).
pub fn contact_change(
    app: &App,
    contact: &Contact,
    address: &str,
    change: ChangeMail<'_>,
    now: Moment,
) -> Message {
    let (who, portal, by) = (contact.name(), &app.settings.public_origin, change.by);
    let text = match language(contact) {
        Language::German => {
            let what = german(change.kind, change.name);
            match change.step {
                ChangeStep::Asked => (
                    format!("Bitte bestätigen: {what}"),
                    format!(
                        "Guten Tag {who},\n\n{by} hat das beantragt:\n\n    {what}\n\nEs gilt erst, wenn Sie oder jemand \
                         anderes mit dem Recht dazu zustimmt. Melden Sie sich dazu wie gewohnt im Portal an, unter \
                         Einstellungen › Support:\n\n{portal}\n\nOhne Antwort verfällt es nach sieben Tagen.\n"
                    ),
                ),
                ChangeStep::Done => (
                    format!("Geändert: {what}"),
                    format!(
                        "Guten Tag {who},\n\nan den Kontakten Ihres Kontos hat sich etwas geändert, zuletzt durch \
                         {by}:\n\n    {what}\n\nIm Portal sehen Sie alle Kontakte und ihre Rechte:\n\n{portal}\n\nDas \
                         kommt Ihnen falsch vor? Dann sagen Sie uns bitte gleich Bescheid.\n"
                    ),
                ),
                ChangeStep::Refused => (
                    format!("Abgelehnt: {what}"),
                    format!(
                        "Guten Tag {who},\n\n{by} hat das abgelehnt:\n\n    {what}\n\nEs bleibt alles, wie es war.\n"
                    ),
                ),
            }
        }
        Language::English => {
            let what = english(change.kind, change.name);
            match change.step {
                ChangeStep::Asked => (
                    format!("Please confirm: {what}"),
                    format!(
                        "Hello {who},\n\n{by} asked for this:\n\n    {what}\n\nIt counts only once you, or somebody \
                         else who may, agree. Sign in to the portal as you always do, and go to Settings › \
                         Support:\n\n{portal}\n\nWithout an answer it lapses after seven days.\n"
                    ),
                ),
                ChangeStep::Done => (
                    format!("Changed: {what}"),
                    format!(
                        "Hello {who},\n\nSomething about the contacts of your account changed, last by {by}:\n\n    \
                         {what}\n\nThe portal shows all contacts and their rights:\n\n{portal}\n\nThis looks wrong to \
                         you? Then please tell us at once.\n"
                    ),
                ),
                ChangeStep::Refused => (
                    format!("Refused: {what}"),
                    format!(
                        "Hello {who},\n\n{by} refused this:\n\n    {what}\n\nEverything stays as it was.\n"
                    ),
                ),
            }
        }
    };
    message(app, contact, address, now, text)
}

fn german(kind: ChangeKind, name: &str) -> String {
    match kind {
        ChangeKind::ContactAdd => format!("{name} als neuer Kontakt"),
        ChangeKind::ContactChange => format!("Name, Rolle, Rechte oder Nutzer von {name}"),
        ChangeKind::ContactRemove => format!("{name} nicht mehr als Kontakt"),
        ChangeKind::ContactRestore => format!("{name} wieder als Kontakt"),
        ChangeKind::PrimaryAddress => format!("neue Hauptadresse von {name}"),
        ChangeKind::PhoneAdd => format!("neue Telefonnummer von {name}"),
        ChangeKind::SupportAddressAdd | ChangeKind::SupportAddressRemove => "eigene Support-Adressen".into(),
    }
}

fn english(kind: ChangeKind, name: &str) -> String {
    match kind {
        ChangeKind::ContactAdd => format!("{name} as a new contact"),
        ChangeKind::ContactChange => format!("name, role, rights or users of {name}"),
        ChangeKind::ContactRemove => format!("{name} no longer a contact"),
        ChangeKind::ContactRestore => format!("{name} a contact again"),
        ChangeKind::PrimaryAddress => format!("another primary address for {name}"),
        ChangeKind::PhoneAdd => format!("another telephone number for {name}"),
        ChangeKind::SupportAddressAdd | ChangeKind::SupportAddressRemove => {
            "your own support addresses".into()
        }
    }
}

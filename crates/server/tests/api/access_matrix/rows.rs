//! The matrix itself: a row for each endpoint, a column for each role.

use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::contacts::ContactIds;

/// What a role may expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Not signed in: 401.
    SignIn,
    /// Signed in, but for others: 403.
    Forbidden,
    /// Done, or refused only for what is in the body: neither 401, 403 nor 404.
    Allowed,
    /// As if the thing did not exist: 404.
    Hidden,
}
use Expect::{Allowed, Forbidden, Hidden, SignIn};

/// The columns, left to right.
pub const ROLES: [&str; 11] = [
    "anonymous",
    "owner",
    "helper",
    "member",
    "by link",
    "agent",
    "untrained",
    "support lead",
    "success lead",
    "admin",
    "guest",
];

pub type Columns = [Expect; ROLES.len()];

/// Open to everybody, signed in or not.
const EVERYBODY: Columns = [Allowed; ROLES.len()];
/// Open to all who are signed in.
const SIGNED_IN: Columns = [SignIn, A, A, A, A, A, A, A, A, A, A];
/// Things of a customer, to be seen by its contacts, the staff member concerned, leads and admins.
const CONCERNED: Columns = [SignIn, A, A, A, A, A, H, A, A, A, H];
/// What contacts say of a visit: not for the staff member concerned.
const REVIEWED: Columns = [SignIn, A, A, A, A, F, F, A, A, A, F];
const CONTACTS: Columns = [SignIn, A, A, A, A, F, F, F, F, F, F];
/// Rule X8: not by link.
const CONFIRMED: Columns = [SignIn, A, A, A, F, F, F, F, F, F, F];
/// Rules B6 and X8.
const PIN: Columns = [SignIn, A, A, F, F, F, F, F, F, F, F];
const STAFF: Columns = [SignIn, F, F, F, F, A, A, A, A, A, F];
/// Rule T21: whoever may enter.
const ENTERING: Columns = [SignIn, F, F, F, F, A, F, A, F, F, F];
/// Only on one's own ground; leads are no exception.
const OWN_GROUND: Columns = [SignIn, F, F, F, F, A, H, H, H, H, H];
/// Rule B4: only whose door to the customer is open; to all others there are no notes.
const NOTES: Columns = [SignIn, F, F, F, F, A, H, H, H, H, F];
const LEADS: Columns = [SignIn, F, F, F, F, F, F, A, A, F, F];
const OVERSEERS: Columns = [SignIn, F, F, F, F, F, F, A, A, A, F];
/// The owner's own address or number, which nobody else has.
const OWN_REACH: Columns = [SignIn, A, H, H, F, F, F, F, F, F, F];
/// Rules P2, X8: authorised contacts, and not by link.
const AUTHORISED: Columns = [SignIn, A, F, F, F, F, F, F, F, F, F];
const ADMINS: Columns = [SignIn, F, F, F, F, F, F, F, F, A, F];
/// A file at a message of the owner's: those who answer for the customer, and staff who serve.
const SEEN: Columns = [SignIn, A, H, H, A, A, A, A, A, A, H];
/// Rule M6.
const INVITING: Columns = [SignIn, F, F, F, F, F, F, A, F, A, F];
/// Tickets: those who asked or see all of their customer's, staff who serve; a guest only if invited.
const TICKET: Columns = [SignIn, A, H, H, A, A, A, A, A, A, H];
const TICKET_ASKED: Columns = [SignIn, A, A, A, A, A, A, A, A, A, F];
/// Rule X8: not by link.
const TICKET_CONFIRMED: Columns = [SignIn, A, H, H, F, F, F, F, F, F, F];
/// Everybody's own, and the matrix makes none.
const NOBODYS: Columns = [SignIn, F, F, F, F, H, H, H, H, H, F];
/// Colleagues', and for leads and admins.
const RECOVERIES: Columns = [SignIn, A, A, A, A, F, F, A, A, A, F];
/// A colleague's, with the owner to decide: nobody else knows of it, and a link approves nothing (rules Z10, X8).
const RECOVERY: Columns = [SignIn, A, H, H, F, F, F, H, H, H, F];
/// Shutting is always allowed.
const RECOVERY_REFUSED: Columns = [SignIn, A, H, H, A, F, F, H, H, H, F];
const A: Expect = Allowed;
const F: Expect = Forbidden;
const H: Expect = Hidden;

pub struct Row {
    pub endpoint: &'static str,
    pub columns: Columns,
    /// `Value::Null` for no body. Ids are put in by name.
    pub body: fn(&Ids) -> Value,
}

const fn row(endpoint: &'static str, columns: Columns, body: fn(&Ids) -> Value) -> Row {
    Row { endpoint, columns, body }
}

fn none(_: &Ids) -> Value {
    Value::Null
}

/// One row for each endpoint.
pub const ROWS: &[Row] = &[
    row("GET /sign-in", EVERYBODY, none),
    row(
        "POST /sign-in/staff",
        EVERYBODY,
        |_| json!({ "provider": "nordlicht", "username": "x", "password": "x", "totp": "" }),
    ),
    row(
        "POST /sign-in/contact",
        EVERYBODY,
        |_| json!({ "provider": "nordlicht", "address": "x", "password": "x" }),
    ),
    row("POST /sign-in/link", EVERYBODY, |_| json!({ "provider": "nordlicht", "address": "x" })),
    row("POST /sign-in/link/redeem", EVERYBODY, |_| json!({ "token": "x" })),
    row("POST /sign-in/demo", [Hidden; ROLES.len()], |ids| json!({ "person": ids.staff })),
    row(
        "POST /activation",
        EVERYBODY,
        |_| json!({ "token": "x", "code": "x", "password": "a long password" }),
    ),
    row("POST /recovery/link", EVERYBODY, |_| json!({ "provider": "nordlicht", "username": "nobody" })),
    row("POST /recovery/begin", EVERYBODY, |_| json!({ "token": "x" })),
    row("POST /recovery/look", EVERYBODY, |_| json!({ "key": "x" })),
    row("POST /recovery/ask", EVERYBODY, |_| json!({ "key": "x", "lost": "password" })),
    row("POST /recovery/totp", EVERYBODY, |_| json!({ "key": "x" })),
    row("POST /recovery/finish", EVERYBODY, |_| json!({ "key": "x", "password": "a long password" })),
    row("POST /recovery/withdraw", EVERYBODY, |_| json!({ "key": "x" })),
    row("POST /recovery/object", EVERYBODY, |_| json!({ "token": "x" })),
    row("GET /recoveries", RECOVERIES, none),
    row("POST /recoveries/{id}/approve", RECOVERY, |_| json!({ "words": "open sesame" })),
    row("POST /recoveries/{id}/refuse", RECOVERY_REFUSED, none),
    row("POST /sign-in/confirm", CONTACTS, |_| json!({})),
    row("GET /me", SIGNED_IN, none),
    row("PATCH /me", SIGNED_IN, |_| json!({ "language": "en" })),
    row("GET /sign-ins", SIGNED_IN, none),
    row("POST /password", SIGNED_IN, |_| json!({})),
    row("POST /totp", CONFIRMED, none),
    row("POST /totp/confirm", CONFIRMED, |_| json!({ "code": "x" })),
    row("POST /totp/remove", CONTACTS, |_| json!({})),
    row("GET /events", SIGNED_IN, none),
    row("GET /door", CONTACTS, none),
    row("GET /customer", CONTACTS, none),
    row("POST /pin", PIN, none),
    row("POST /pin/renew", PIN, none),
    row("POST /pin/redeem", ENTERING, redeem),
    row("POST /customers/{id}/contacts/{contact_id}/pin/deactivate", STAFF, none),
    row("GET /grounds", SIGNED_IN, none),
    row("GET /grounds/{id}", CONCERNED, none),
    row("POST /grounds/{id}/end", CONCERNED, none),
    row("POST /visits", OWN_GROUND, |ids| json!({ "ground_id": ids.ground, "product": "panel" })),
    row("GET /visits/{id}", CONCERNED, none),
    row("POST /visits/{id}/end", CONCERNED, none),
    row("GET /visits/{id}/requests", CONCERNED, none),
    row("POST /visits/{id}/objection", CONTACTS, |_| json!({ "said": "Nobody called." })),
    row("GET /grounds/{id}/objections", REVIEWED, none),
    row("GET /products", STAFF, none),
    row("GET /customers", STAFF, none),
    row("GET /customers/{id}", STAFF, none),
    row("POST /customers", ADMINS, |_| json!({ "name": "" })),
    row("GET /customers/{id}/panel", STAFF, none),
    row("POST /customers/{id}/notes", NOTES, |_| json!({ "text": "Call after noon" })),
    row("PATCH /customers/{id}/notes/{note_id}", NOBODYS, |_| json!({ "text": "Call after noon" })),
    row("DELETE /customers/{id}/notes/{note_id}", NOBODYS, none),
    row("PATCH /customers/{id}", ADMINS, |_| json!({ "name": "" })),
    row("GET /customers/{id}/contacts", ADMINS, none),
    row("POST /customers/{id}/contacts", ADMINS, contact),
    row("PATCH /customers/{id}/contacts/{contact_id}", ADMINS, |_| json!({ "first_name": "" })),
    row("POST /imports/customers", ADMINS, none),
    row("POST /imports/contacts", ADMINS, none),
    row("GET /groups", OVERSEERS, none),
    row("POST /groups", ADMINS, |_| json!({ "name": "" })),
    row("GET /quarantine", STAFF, none),
    row("GET /quarantine/{id}", STAFF, none),
    row("POST /quarantine/{id}/challenge", STAFF, none),
    row(
        "POST /quarantine/{id}/release",
        STAFF,
        |ids| json!({ "contact_id": ids.contact, "ticket_id": null }),
    ),
    row("POST /quarantine/{id}/discard", STAFF, none),
    row("GET /mails/{id}/raw", STAFF, none),
    row("GET /colleagues", STAFF, none),
    row("GET /staff", OVERSEERS, none),
    row("POST /staff", ADMINS, staff),
    row("PATCH /staff/{id}", ADMINS, |_| json!({ "training_done": true })),
    row("POST /staff/{id}/unlock", LEADS, none),
    row("POST /kill-switch", LEADS, none),
    row("GET /alarms", OVERSEERS, none),
    row("POST /alarms/{id}/acknowledge", OVERSEERS, none),
    row("GET /support-settings", CONTACTS, none),
    row("POST /support-settings/addresses", CONFIRMED, |_| json!({ "address": "" })),
    row("POST /support-settings/addresses/{id}/challenge", OWN_REACH, none),
    row("POST /support-settings/addresses/{id}/primary", OWN_REACH, none),
    row("DELETE /support-settings/addresses/{id}", OWN_REACH, none),
    row("POST /support-settings/phones", CONFIRMED, |_| json!({ "number": "" })),
    row("DELETE /support-settings/phones/{id}", OWN_REACH, none),
    row("POST /support-settings/contacts", AUTHORISED, support_contact),
    row("PATCH /support-settings/contacts/{id}", AUTHORISED, |_| json!({})),
    row("DELETE /support-settings/contacts/{id}", AUTHORISED, none),
    row("POST /support-settings/support-addresses", AUTHORISED, |_| json!({ "address": "" })),
    row("DELETE /support-settings/support-addresses", AUTHORISED, |_| json!({ "address": "" })),
    row("POST /contact-changes/{id}/refuse", AUTHORISED, none),
    row("POST /contact-changes/{id}/approve", AUTHORISED, none),
    row("POST /challenge/look", EVERYBODY, |_| json!({ "token": "x" })),
    row("POST /challenge/answer", EVERYBODY, |_| json!({ "token": "x", "yes": true })),
    row("GET /callers", STAFF, none),
    row("POST /calls", STAFF, |ids| json!({ "contact_id": ids.contact, "proof": "none", "note": "A call" })),
    row("POST /attachments", SIGNED_IN, none),
    row("GET /attachments/{id}", SEEN, none),
    row("GET /attachments/{id}/original", SEEN, none),
    row("POST /attachments/{id}/original/ask", STAFF, |_| json!({ "why": "The token is in it" })),
    row("POST /attachments/{id}/original/give", STAFF, none),
    row("POST /attachments/{id}/original/refuse", STAFF, none),
    row("GET /search", STAFF, none),
    row("POST /guests", INVITING, guest),
    row("POST /guests/activation/look", EVERYBODY, |_| json!({ "token": "x", "code": "x" })),
    row(
        "POST /guests/activation",
        EVERYBODY,
        |_| json!({ "token": "x", "code": "x", "password": "x", "totp": "x" }),
    ),
    row("GET /tickets", SIGNED_IN, none),
    row("POST /tickets", TICKET_ASKED, |_| json!({ "subject": "" })),
    row("GET /tickets/counts", STAFF, none),
    row("GET /tickets/{id}", TICKET, none),
    row("PATCH /tickets/{id}", STAFF, |_| json!({ "priority": "high" })),
    row("POST /tickets/{id}/messages", TICKET, |_| json!({ "text": "Hello", "kind": "message" })),
    row("POST /tickets/{id}/take-over", ENTERING, |_| json!({})),
    row("POST /tickets/{id}/hand-over", STAFF, |ids| json!({ "staff_id": ids.staff })),
    row("POST /tickets/{id}/release", STAFF, none),
    row("POST /tickets/{id}/close", TICKET, none),
    row("POST /tickets/{id}/reopen", TICKET, none),
    row("POST /tickets/{id}/confirm", TICKET_CONFIRMED, none),
    row("POST /tickets/{id}/merge", STAFF, |ids| json!({ "into_id": ids.other_ticket })),
    row("POST /tickets/{id}/follow-up", TICKET, |_| json!({ "text": "Still there" })),
    row("POST /tickets/{id}/watchers", STAFF, |ids| json!({ "contact_id": ids.contact })),
    row("DELETE /tickets/{id}/watchers/{person_id}", STAFF, none),
    row("GET /ticket-views", STAFF, none),
    row("POST /ticket-views", STAFF, |_| json!({ "name": "", "query": "" })),
    row("DELETE /ticket-views/{id}", NOBODYS, none),
    // Last, since they end the sign-ins of the other rows.
    row("POST /sign-out", SIGNED_IN, none),
    row("POST /sign-out/everywhere", SIGNED_IN, none),
];

fn redeem(ids: &Ids) -> Value {
    json!({
        "customer_id": ids.customer, "contact_id": ids.contact, "digits": "572400000",
        "reason": { "category": "fault", "text": "The shop shows an error" },
        "record": { "channel": "phone", "from": "+49 30 23125100", "note": null },
    })
}

fn contact(_: &Ids) -> Value {
    json!({
        "first_name": "Rosa", "last_name": "Varga", "role": "member", "language": "en",
        "rights": { "support": false, "instruction": false }, "addresses": ["no address"],
    })
}

fn support_contact(_: &Ids) -> Value {
    json!({
        "first_name": "Rosa", "last_name": "Varga", "address": "rosa@varga.example", "role": "member",
        "support": false, "instruction": false, "language": "en",
    })
}

fn staff(_: &Ids) -> Value {
    json!({ "username": "", "first_name": "", "last_name": "", "email": "", "roles": ["agent"] })
}

fn guest(ids: &Ids) -> Value {
    json!({ "email": "gero@partner.example", "first_name": "Gero", "last_name": "Halm", "ticket_id": ids.ticket })
}

/// What the paths and bodies name.
#[derive(Clone, Copy, Debug)]
pub struct Ids {
    pub customer: Uuid,
    pub contact: Uuid,
    pub staff: Uuid,
    pub ground: Uuid,
    pub visit: Uuid,
    pub alarm: Uuid,
    pub reach: ContactIds,
    pub ticket: Uuid,
    /// With live secrets, at the ticket's first message.
    pub attachment: Uuid,
    pub other_ticket: Uuid,
    /// In quarantine.
    pub mail: Uuid,
    /// Of a colleague's who cannot sign in.
    pub recovery: Uuid,
}

impl Ids {
    pub const NOWHERE: Self = {
        let id = Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0001);
        let reach = ContactIds { address: id, phone: id, colleague: id, change: id };
        Self {
            customer: id,
            contact: id,
            staff: id,
            ground: id,
            visit: id,
            alarm: id,
            ticket: id,
            other_ticket: id,
            attachment: id,
            mail: id,
            recovery: id,
            reach,
        }
    };

    pub fn path(&self, endpoint: &str) -> (Method, String) {
        let (method, path) = endpoint.split_once(' ').expect("method and path");
        let id = match path.split('/').nth(1) {
            Some("support-settings") => match path.split('/').nth(2) {
                Some("addresses") => self.reach.address,
                Some("phones") => self.reach.phone,
                _ => self.reach.colleague,
            },
            Some("contact-changes") => self.reach.change,
            Some("customers") => self.customer,
            Some("grounds") => self.ground,
            Some("visits") => self.visit,
            Some("staff") => self.staff,
            Some("alarms") => self.alarm,
            Some("attachments") => self.attachment,
            Some("tickets") => self.ticket,
            Some("recoveries") => self.recovery,
            Some("quarantine" | "mails") => self.mail,
            _ => Uuid::nil(),
        };
        let path = match path {
            "/sign-in" => "/sign-in?provider=nordlicht",
            "/callers" => "/callers?q=Oduya",
            "/imports/customers" => "/imports/customers?dry_run=true",
            "/imports/contacts" => "/imports/contacts?dry_run=true",
            path => path,
        };
        let path = path.replace("{person_id}", &self.staff.to_string());
        let path = path.replace("{note_id}", &self.staff.to_string());
        let path = path.replace("{id}", &id.to_string()).replace("{contact_id}", &self.contact.to_string());
        (method.parse().expect("a method"), path)
    }
}

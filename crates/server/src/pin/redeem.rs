//! Redeeming a PIN: the guess is counted before it is compared, in one transaction.

use axum::http::StatusCode;
use pforte_core::{
    access::Terms,
    entry::{Clean, Event, Reason, Record},
    kernel::{Channel, ContactId, CustomerId, GroundId, Moment, PinId, TicketId},
    pin::{self as rules, Consequences, Counters, DeadWhy, Guess, Pin, PinDigits, Verdict},
};
use pforte_store::{
    StoreError, alarm, contact,
    contact::Contact,
    customer,
    ground::{self, GroundRecord},
    outbox::Message,
    phone,
    pin::{self, Attempt, PinRecord, Windows},
    staff::{self, Staff},
    ticket,
};
use tokio::time::{Instant, sleep_until};

use super::{as_core, closed, contact_of, issue};
use crate::{
    cx::{App, Audience, Cx, Done, News, Problem, Shared, Topic, there},
    door::Touched,
    mail,
    people::{StaffActor, e164, lacks, unregistered},
};

/// What a staff member hands in.
#[derive(Debug)]
pub struct RedeemAsk {
    pub customer: CustomerId,
    pub contact: ContactId,
    pub digits: PinDigits,
    pub reason: Reason,
    pub record: Record,
    /// The ticket it is redeemed for (rule X5); of the same customer.
    pub ticket: Option<TicketId>,
}

/// Refused alike for wrong, expired, used and another customer's (control 8).
fn wrong() -> Problem {
    Problem::forbidden("pin.wrong", "That PIN opens nothing here. Have it read out again.")
}

fn form_locked() -> Problem {
    Problem::new(
        StatusCode::LOCKED,
        "pin.form_locked",
        "Your PIN form is locked",
        "Too many wrong PINs today. A lead has to unlock it.",
    )
}

/// What the transaction found out.
enum Outcome {
    Opened(Box<GroundRecord>),
    Wrong,
    Refused(rules::PinRefusal),
}

/// A guess on its way into the transaction.
struct Redeeming {
    staff: Staff,
    contact: Contact,
    ask: RedeemAsk,
}

/// Rule P6: on the telephone only a number that is registered for this contact lets a PIN count. One that is
/// somebody else's, nobody's, withheld or unreadable leaves only the call-back. A voice channel without numbers has only
/// the PIN (rule B3).
async fn from_registered_number(app: &App, contact: &Contact, record: &Record) -> Result<(), Problem> {
    let country = &app.support(contact.provider).country;
    if record.channel != Channel::Phone {
        return Ok(());
    }
    let number = e164(record.from(), country).ok_or_else(unregistered)?;
    let mut conn = app.read().await?;
    if phone::is_registered(&mut conn, contact.provider, contact.id, &number).await? {
        return Ok(());
    }
    Err(unregistered())
}

/// Redeems a PIN; what it opened is the ground. Refusals are answered after a fixed minimum time.
pub async fn redeem(app: &Shared, who: StaffActor, ask: RedeemAsk) -> Result<GroundRecord, Problem> {
    let earliest = Instant::now() + app.settings.pin_answer_floor;
    if let Some(problem) = lacks(&who.staff) {
        return Err(problem);
    }
    let by = who.by();
    let mut conn = app.read().await?;
    let contact = contact_of(&mut conn, by.provider, ask.customer, ask.contact).await?;
    if let Some(id) = ask.ticket {
        let found = ticket::by_id(&mut conn, by.provider, id).await?;
        found.filter(|t| t.life.customer == contact.customer).ok_or_else(Problem::not_found)?;
    }
    drop(conn);
    from_registered_number(app, &contact, &ask.record).await?;
    let redeeming = Redeeming { staff: who.staff, contact, ask };
    let refused = match app.change(by, move |cx| redeeming.run(cx)).await? {
        Outcome::Opened(ground) => return Ok(*ground),
        Outcome::Wrong => wrong(),
        Outcome::Refused(rules::PinRefusal::FormLocked) => form_locked(),
        Outcome::Refused(rules::PinRefusal::Closed) => closed(),
    };
    sleep_until(earliest).await;
    Err(refused)
}

impl Redeeming {
    async fn run(self, mut cx: Cx) -> Result<Done<Outcome>, Problem> {
        let Contact { id: contact, customer, provider, .. } = self.contact;
        let held = pin::latest(cx.conn(), provider, contact).await?;
        let counted = match rules::count(self.counters(&mut cx, held.as_ref()).await?) {
            Ok(counted) => counted,
            Err(refusal) => {
                cx.log(customer, Event::PinRefused { contact, code: Clean::name(refusal.code()) });
                return cx.changed(Outcome::Refused(refusal));
            }
        };
        let attempt = Attempt {
            id: cx.id(),
            provider,
            staff: self.staff.id,
            customer,
            contact,
            pin: held.as_ref().map(|held| held.id),
            at: cx.now,
        };
        pin::count(cx.tx(), &attempt).await?;
        let core = held.as_ref().map(as_core).transpose()?;
        let guess =
            Guess { staff: self.staff.id, customer, contact, digits: self.ask.digits, ground: cx.id() };
        match rules::compare(counted, &cx.app.secrets.pin, &guess, core.as_ref(), cx.now) {
            Verdict::Right(used) => self.open(cx, &attempt, &used, guess.ground).await,
            Verdict::Wrong { why, consequences } => {
                cx.log(customer, Event::PinWrong { pin: attempt.pin, contact, why, consequences });
                self.carry_out(&mut cx, attempt.pin, consequences).await?;
                cx.changed(Outcome::Wrong)
            }
        }
    }

    async fn counters(&self, cx: &mut Cx, held: Option<&PinRecord>) -> Result<Counters, StoreError> {
        let now = cx.now;
        let Contact { provider, customer, .. } = self.contact;
        let conn = cx.conn();
        let customer = there(customer::by_id(conn, provider, customer).await?, "customer of a contact")?;
        let staff = there(staff::by_id(conn, provider, self.staff.id).await?, "row of who is signed in")?;
        let day = now - rules::DAY;
        let windows = Windows {
            customer_since: customer.pin_reopened_at.map_or(day, |at| at.max(day)),
            staff_since: staff.form_unlocked_at.map_or(day, |at| at.max(day)),
            overall_since: now - rules::HOUR,
        };
        let pin = held.filter(|held| held.ended_at.is_none()).map(|held| held.id);
        let guesses = pin::guesses(conn, provider, pin, customer.id, staff.id, windows).await?;
        let alarm_raised = alarm::raised_since(conn, provider, "pin.flood", now - rules::HOUR).await?;
        let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(Counters {
            on_pin: count(guesses.on_pin),
            at_customer: count(guesses.on_customer),
            by_staff: count(guesses.by_staff),
            overall: count(guesses.overall),
            customer_closed: customer.pin_closed(),
            form_locked: staff.form_locked_at.is_some(),
            alarm_raised,
        })
    }

    /// Right: the PIN is used up, the ground is open, the contact has another PIN (rule B9).
    async fn open(
        self,
        mut cx: Cx,
        attempt: &Attempt,
        used: &Pin,
        ground: GroundId,
    ) -> Result<Done<Outcome>, Problem> {
        let Self { staff, contact, ask } = self;
        pin::was_right(cx.tx(), attempt).await?;
        let ends_at = used.expires_at();
        let redeemed = Event::PinRedeemed {
            pin: used.id,
            ground,
            contact: contact.id,
            staff_name: Clean::name(&staff.name()),
            reason: ask.reason,
            record: ask.record,
            ends_at,
        };
        let entry = cx.log(contact.customer, redeemed);
        issue(&mut cx, &contact, Some((used.id, "redeemed"))).await?;
        let record = GroundRecord {
            id: ground,
            provider: contact.provider,
            customer: contact.customer,
            terms: Terms::Pin {
                staff: staff.id,
                contact: contact.id,
                pin: used.id,
                issued_at: used.issued_at,
                ticket: ask.ticket,
            },
            entry,
            opened_at: cx.now,
            ends_at,
            ended: None,
        };
        ground::insert(cx.tx(), &record).await?;
        cx.touch(Touched::Customer(contact.customer));
        let audience = [Audience::Customer(contact.customer), Audience::Staff(staff.id), Audience::Leads];
        let topics = [Topic::Door, Topic::Pin, Topic::Grounds, Topic::Customers];
        let mut news = News::new(contact.provider, &audience, &topics);
        news.ground = Some(ground);
        cx.publish(news);
        cx.changed(Outcome::Opened(Box::new(record)))
    }

    /// Wrong: what follows from it, in the same transaction.
    async fn carry_out(
        &self,
        cx: &mut Cx,
        pin: Option<PinId>,
        consequences: Consequences,
    ) -> Result<(), StoreError> {
        let Contact { id: contact, customer, provider, .. } = self.contact;
        let (staff, now) = (self.staff.id, cx.now);
        if let (true, Some(pin)) = (consequences.kill_pin, pin) {
            let why = DeadWhy::Guesses;
            cx.log(customer, Event::PinKilled { pin, contact, why });
            issue(cx, &self.contact, Some((pin, why.word()))).await?;
            let mail = self.mail(cx, mail::pin_killed).await?;
            cx.tell_customer(customer, "pin.killed", mail).await?;
        }
        if consequences.close_customer {
            customer::close_pin(cx.tx(), provider, customer, now).await?;
            cx.log(customer, Event::PinClosed {});
            let mail = self.mail(cx, mail::pin_closed).await?;
            cx.tell_customer(customer, "pin.closed", mail).await?;
            cx.alarm("pin.customer_closed", Some(staff), Some(customer)).await?;
            cx.tell(&[Audience::Leads], &[Topic::Customers]);
        }
        if consequences.lock_form {
            staff::lock_form(cx.tx(), provider, staff, now).await?;
            cx.log(customer, Event::FormLocked { staff });
            cx.alarm("pin.staff_locked", Some(staff), Some(customer)).await?;
            cx.tell(&[Audience::Staff(staff)], &[Topic::Me]);
        }
        if consequences.kill_pin || consequences.close_customer {
            cx.tell(&[Audience::Customer(customer)], &[Topic::Pin, Topic::Door]);
        }
        if consequences.raise_alarm {
            cx.alarm("pin.flood", Some(staff), Some(customer)).await?;
        }
        Ok(())
    }

    /// The mail to the contact whose PIN it is, if they have an address.
    async fn mail(
        &self,
        cx: &mut Cx,
        make: fn(&App, &Contact, &str, Moment) -> Message,
    ) -> Result<Option<Message>, StoreError> {
        let Contact { id, provider, .. } = self.contact;
        let address = contact::primary_address(cx.conn(), provider, id).await?;
        Ok(address.map(|address| make(&cx.app, &self.contact, &address, cx.now)))
    }
}

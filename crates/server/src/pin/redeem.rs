//! Redeeming a PIN: the guess is counted before it is compared, in one transaction.

use axum::http::StatusCode;
use pforte_core::{
    access::{PIN_SPAN, Terms},
    entry::{Actor, Clean, Entry, Event, Reason, Record},
    kernel::{Channel, ContactId, CustomerId, Moment, PinId, ProviderId, TicketId},
    pin::{self as rules, Consequences, Counters, DeadWhy, Guess, PinDigits, Verdict},
};
use pforte_store::{
    Change, StoreError, Tx,
    alarm::{self, Alarm},
    contact,
    contact::Contact,
    customer::{self, Customer},
    ground::{self, GroundRecord},
    notice::{self, Notice},
    outbox::{self, Message},
    phone,
    pin::{self, Attempt, PinRecord, Windows},
    staff::{self, Staff},
    ticket,
};
use tokio::time::{Instant, sleep_until};

use super::{as_core, closed, contact_of, issue, issued_event, record, tell_pin};
use crate::{
    cx::{App, Audience, News, Problem, Topic},
    door::Touched,
    mail,
    people::{StaffActor, e164, lacks},
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
    Wrong(Consequences),
    Refused(rules::PinRefusal),
}

/// Everything the transaction needs, made before it: ids, entries, mails.
struct Prepared {
    now: Moment,
    key: [u8; 32],
    staff: Staff,
    contact: Contact,
    attempt: Attempt,
    guess: Guess,
    reason: Reason,
    record: Record,
    ticket: Option<TicketId>,
    next_pin: PinRecord,
    ids: [uuid::Uuid; 8],
    killed_mail: Option<Message>,
    closed_mail: Option<Message>,
}

/// Rule P6: on the telephone only a number that is registered for this contact lets a PIN count. One that is
/// somebody else's, nobody's, withheld or unreadable leaves only the call-back. A voice channel without numbers has only
/// the PIN (rule B3).
async fn from_registered_number(app: &App, contact: &Contact, record: &Record) -> Result<(), Problem> {
    let country = &app.support(contact.provider).country;
    if record.channel != Channel::Phone {
        return Ok(());
    }
    let number = e164(record.from(), country).ok_or_else(crate::people::unregistered)?;
    let mut conn = app.read().await?;
    if phone::is_registered(&mut conn, contact.provider, contact.id, &number).await? {
        return Ok(());
    }
    Err(crate::people::unregistered())
}

/// Redeems a PIN; what it opened is the ground. Refusals are answered after a fixed minimum time.
pub async fn redeem(app: &App, who: StaffActor, ask: RedeemAsk) -> Result<GroundRecord, Problem> {
    let earliest = Instant::now() + app.settings.pin_answer_floor;
    if let Some(problem) = lacks(&who.staff) {
        return Err(problem);
    }
    let contact = contact_of(app, who.staff.provider, ask.customer, ask.contact).await?;
    if let Some(id) = ask.ticket {
        let found = ticket::by_id(&mut *app.read().await?, contact.provider, id).await?;
        found.filter(|t| t.life.customer == contact.customer).ok_or_else(Problem::not_found)?;
    }
    from_registered_number(app, &contact, &ask.record).await?;
    let prepared = prepare(app, who.staff, contact, ask).await?;
    let (provider, customer, staff) =
        (prepared.attempt.provider, prepared.attempt.customer, prepared.attempt.staff);
    let outcome = app.writer.change(move |tx| Box::pin(prepared.run(tx))).await;
    match outcome {
        Ok(Outcome::Opened(ground)) => {
            app.renew(&[Touched::Customer(customer)]).await;
            let audience = [Audience::Customer(customer), Audience::Staff(staff), Audience::Leads];
            let topics = [Topic::Door, Topic::Pin, Topic::Grounds, Topic::Customers];
            let mut news = News::new(provider, &audience, &topics);
            news.ground = Some(ground.id);
            app.hub.publish(news);
            Ok(*ground)
        }
        Ok(Outcome::Wrong(consequences)) => {
            tell_consequences(app, provider, customer, staff, consequences);
            sleep_until(earliest).await;
            Err(wrong())
        }
        Ok(Outcome::Refused(refusal)) => {
            sleep_until(earliest).await;
            Err(match refusal {
                rules::PinRefusal::FormLocked => form_locked(),
                rules::PinRefusal::Closed => closed(),
            })
        }
        Err(error) => {
            let error: Problem = error;
            Err(error)
        }
    }
}

fn tell_consequences(
    app: &App,
    provider: ProviderId,
    customer: CustomerId,
    staff: pforte_core::kernel::StaffId,
    consequences: Consequences,
) {
    if consequences.kill_pin || consequences.close_customer {
        tell_pin(app, provider, customer);
    }
    if consequences.lock_form {
        app.hub.publish(News::new(provider, &[Audience::Staff(staff)], &[Topic::Me]));
    }
    if consequences.close_customer || consequences.lock_form || consequences.raise_alarm {
        app.hub.publish(News::new(provider, &[Audience::Leads], &[Topic::Alarms, Topic::Customers]));
    }
}

async fn prepare(app: &App, staff: Staff, contact: Contact, ask: RedeemAsk) -> Result<Prepared, Problem> {
    let now = app.sources.now();
    let mut conn = app.read().await?;
    let address = contact::primary_address(&mut conn, contact.provider, contact.id).await?;
    drop(conn);
    let attempt = Attempt {
        id: app.sources.id(now),
        provider: contact.provider,
        staff: staff.id,
        customer: contact.customer,
        contact: contact.id,
        pin: None,
        at: now,
    };
    let guess = Guess {
        staff: staff.id,
        customer: contact.customer,
        contact: contact.id,
        digits: ask.digits,
        ground: app.sources.id(now),
    };
    let mail = |make: fn(&App, &Contact, &str, Moment) -> Message| {
        address.as_deref().map(|address| make(app, &contact, address, now))
    };
    Ok(Prepared {
        now,
        key: app.secrets.pin,
        attempt,
        guess,
        reason: ask.reason,
        record: ask.record,
        ticket: ask.ticket,
        next_pin: record(app.sources.id(now), &contact, now),
        ids: std::array::from_fn(|_| app.sources.id(now)),
        killed_mail: mail(mail::pin_killed),
        closed_mail: mail(mail::pin_closed),
        staff,
        contact,
    })
}

impl Prepared {
    async fn run(self, tx: &mut Tx) -> Result<Change<Outcome>, Problem> {
        let held = pin::latest(tx.conn(), self.attempt.provider, self.attempt.contact).await?;
        let counters = self.counters(tx, held.as_ref()).await?;
        let counted = match rules::count(counters) {
            Ok(counted) => counted,
            Err(refusal) => {
                let event = Event::PinRefused { contact: self.contact.id, code: Clean::name(refusal.code()) };
                return Ok(Change::logged(Outcome::Refused(refusal), self.entry(0, event)));
            }
        };
        let attempt = Attempt { pin: held.as_ref().map(|held| held.id), ..self.attempt };
        pin::count(tx, &attempt).await?;
        let core = held.as_ref().map(as_core);
        match rules::compare(counted, &self.key, &self.guess, core.as_ref(), self.now) {
            Verdict::Right(used) => self.open(tx, &attempt, used.id, used.expires_at()).await,
            Verdict::Wrong { why, consequences } => {
                let event = Event::PinWrong { pin: attempt.pin, contact: self.contact.id, why, consequences };
                let mut entries = vec![self.entry(0, event)];
                self.carry_out(tx, attempt.pin, consequences, &mut entries).await?;
                let mut entries = entries.into_iter();
                let first = entries.next().ok_or_else(Problem::not_found)?;
                Ok(Change::logged(Outcome::Wrong(consequences), first).and_all(entries))
            }
        }
    }

    async fn counters(&self, tx: &mut Tx, held: Option<&PinRecord>) -> Result<Counters, Problem> {
        let provider = self.attempt.provider;
        let conn = tx.conn();
        let customer: Customer =
            customer::by_id(conn, provider, self.attempt.customer).await?.ok_or_else(Problem::not_found)?;
        let staff: Staff =
            staff::by_id(conn, provider, self.staff.id).await?.ok_or_else(Problem::not_found)?;
        let day = self.now - rules::DAY;
        let windows = Windows {
            customer_since: customer.pin_reopened_at.map_or(day, |at| at.max(day)),
            staff_since: staff.form_unlocked_at.map_or(day, |at| at.max(day)),
            overall_since: self.now - rules::HOUR,
        };
        let pin = held.filter(|held| held.ended_at.is_none()).map(|held| held.id);
        let guesses = pin::guesses(conn, provider, pin, customer.id, staff.id, windows).await?;
        let alarm_raised = alarm::raised_since(conn, provider, "pin.flood", self.now - rules::HOUR).await?;
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
        tx: &mut Tx,
        attempt: &Attempt,
        pin: PinId,
        ends_at: Moment,
    ) -> Result<Change<Outcome>, Problem> {
        pin::was_right(tx, attempt).await?;
        issue(tx, &self.next_pin, Some((pin, "redeemed"))).await?;
        let redeemed = self.entry(
            0,
            Event::PinRedeemed {
                pin,
                ground: self.guess.ground,
                contact: self.contact.id,
                staff_name: Clean::name(&self.staff.name()),
                reason: self.reason.clone(),
                record: self.record.clone(),
                ends_at,
            },
        );
        let record = GroundRecord {
            id: self.guess.ground,
            provider: self.attempt.provider,
            customer: self.contact.customer,
            terms: Terms::Pin {
                staff: self.staff.id,
                contact: self.contact.id,
                pin,
                issued_at: ends_at - PIN_SPAN,
                ticket: self.ticket,
            },
            entry: redeemed.id,
            opened_at: self.now,
            ends_at,
            ended: None,
        };
        ground::insert(tx, &record).await?;
        let issued = self.entry(1, issued_event(&self.next_pin));
        Ok(Change::logged(Outcome::Opened(Box::new(record)), redeemed).and(issued))
    }

    /// Wrong: what follows from it, in the same transaction.
    async fn carry_out(
        &self,
        tx: &mut Tx,
        pin: Option<PinId>,
        consequences: Consequences,
        entries: &mut Vec<Entry>,
    ) -> Result<(), StoreError> {
        let provider = self.attempt.provider;
        if let (true, Some(pin)) = (consequences.kill_pin, pin) {
            issue(tx, &self.next_pin, Some((pin, DeadWhy::Guesses.word()))).await?;
            self.tell_customer(tx, self.ids[6], "pin.killed", self.killed_mail.as_ref()).await?;
            let event = Event::PinKilled { pin, contact: self.contact.id, why: DeadWhy::Guesses };
            entries.push(self.entry(1, event));
        }
        if consequences.close_customer {
            customer::close_pin(tx, provider, self.contact.customer, self.now).await?;
            self.tell_customer(tx, self.ids[7], "pin.closed", self.closed_mail.as_ref()).await?;
            entries.push(self.entry(2, Event::PinClosed {}));
            self.raise(tx, 3, "pin.customer_closed").await?;
        }
        if consequences.lock_form {
            staff::lock_form(tx, provider, self.staff.id, self.now).await?;
            entries.push(self.entry(3, Event::FormLocked { staff: self.staff.id }));
            self.raise(tx, 4, "pin.staff_locked").await?;
        }
        if consequences.raise_alarm {
            let alarm = self.raise(tx, 5, "pin.flood").await?;
            let event = Event::AlarmRaised {
                alarm: alarm.id,
                code: Clean::name(&alarm.code),
                staff: Some(self.staff.id),
            };
            entries.push(self.entry(4, event));
        }
        Ok(())
    }

    async fn raise(&self, tx: &mut Tx, id: usize, code: &str) -> Result<Alarm, StoreError> {
        let alarm = Alarm {
            id: self.ids[id].into(),
            provider: self.attempt.provider,
            code: code.into(),
            at: self.now,
            staff: Some(self.staff.id),
            customer: Some(self.contact.customer),
            acknowledged_at: None,
            acknowledged_by: None,
        };
        alarm::insert(tx, &alarm).await?;
        Ok(alarm)
    }

    async fn tell_customer(
        &self,
        tx: &mut Tx,
        id: uuid::Uuid,
        code: &str,
        mail: Option<&Message>,
    ) -> Result<(), StoreError> {
        let notice = Notice { code: code.into(), at: self.now };
        notice::insert(tx, id, self.attempt.provider, self.contact.customer, &notice).await?;
        match mail {
            Some(mail) => outbox::put(tx, mail).await,
            None => Ok(()),
        }
    }

    fn entry(&self, id: usize, event: Event) -> Entry {
        Entry {
            id: self.ids[id].into(),
            provider: self.attempt.provider,
            customer: Some(self.contact.customer),
            at: self.now,
            actor: Actor::Staff(self.staff.id),
            event,
        }
    }
}

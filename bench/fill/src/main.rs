//! Fills a demo's database for the bench: customers with a contact each, and tickets by the million.
//!
//! Use: `fill DATABASE customers N` or `fill DATABASE tickets N`, with the server stopped. Must never be
//! let near a database in use. What it writes is invented, and the same each time.

use std::{env, error::Error, time::Instant};

use pforte_core::{
    kernel::{
        ContactId, ContactRights, ContactRole, CustomerId, MessageId, Moment, ProviderId, Span, StaffId,
        TicketId,
    },
    sender::Proof,
    ticket::{ClosedHow, MessageKind, Opener, Priority, Ticket, TicketChannel, Waits},
};
use pforte_store::{
    Db, DbConfig, StoreError, Tx, Writer,
    address::{self, Address},
    contact::{self, Contact},
    customer::{self, Customer},
    message::{self, Author, MessageRecord},
    provider,
    search::{self, Document},
    staff,
    ticket::{self, Request, TicketRecord},
};
use uuid::Uuid;

/// Rows of one transaction.
const BATCH: usize = 1_000;
/// The tickets' ages are spread over two years; this many of the newest are still open.
const YEARS: Span = Span::days(730);
const OPEN: usize = 10_000;
/// How many messages the ticket has that is long.
const LONG: usize = 200;
/// Different words in the texts, besides those that stand in all of them.
const VOCABULARY: u64 = 50_000;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let given: Vec<String> = env::args().skip(1).collect();
    let [database, what, count] = given.as_slice() else {
        return Err("use: fill DATABASE customers|tickets N".into());
    };
    let config = if database.starts_with("postgres") {
        DbConfig::Postgres(database.clone())
    } else {
        DbConfig::Sqlite(database.into())
    };
    let db = Db::open(&config).await?;
    let fill = Fill::new(&db).await?;
    let writer = Writer::start(db.clone()).await?;
    let began = Instant::now();
    match what.as_str() {
        "customers" => fill.customers(&writer, count.parse()?).await?,
        "tickets" => fill.tickets(&writer, &db, count.parse()?).await?,
        _ => return Err("fill with customers or tickets".into()),
    }
    writer.stop().await;
    eprintln!("{count} {what} in {:.0} s", began.elapsed().as_secs_f64());
    Ok(())
}

/// What the rows belong to.
#[derive(Clone, Copy)]
struct Fill {
    provider: ProviderId,
    staff: StaffId,
    now: Moment,
}

impl Fill {
    async fn new(db: &Db) -> Result<Self, Failure> {
        let mut conn = db.read().await?;
        let provider = provider::by_slug(&mut conn, "nordlicht").await?.ok_or("no demo ran here")?.id;
        let staff = staff::by_username(&mut conn, provider, "lena").await?.ok_or("no Lena")?.id;
        Ok(Self { provider, staff, now: now() })
    }

    /// Customer `n` with a support-authorised contact at `person@c{n}.example`.
    async fn customers(self, writer: &Writer, count: usize) -> Result<(), Failure> {
        for batch in batches(count) {
            writer
                .upkeep(move |tx| {
                    Box::pin(async move {
                        for n in batch {
                            self.customer(tx, n).await?;
                        }
                        Ok(())
                    })
                })
                .await?;
        }
        Ok(())
    }

    async fn customer(self, tx: &mut Tx, n: usize) -> Result<(), StoreError> {
        let mut random = Random::new(n, 1);
        let new = Customer {
            id: random.id(self.now).into(),
            provider: self.provider,
            number: (20_000 + n).to_string(),
            name: format!("Kunde {n}"),
            group: None,
            address: None,
            active: true,
            pin_closed_at: None,
            pin_reopened_at: None,
        };
        customer::insert(tx, &new, None, self.now).await?;
        let person = Contact {
            id: random.id(self.now).into(),
            provider: self.provider,
            customer: new.id,
            first_name: "Kontakt".into(),
            last_name: n.to_string(),
            role: ContactRole::Owner,
            rights: ContactRights { support: true, instruction: true },
            language: "de".into(),
            password_hash: None,
            totp_sealed: None,
            totp_confirmed: false,
            totp_step: 0,
            active: true,
        };
        contact::insert(tx, &person, self.now).await?;
        let own = Address {
            id: random.id(self.now),
            provider: self.provider,
            contact: person.id,
            address: format!("person@c{n}.example"),
            primary: true,
            added_at: self.now,
            confirmed_at: Some(self.now),
            unreachable_at: None,
            shared_at: None,
            list_at: None,
        };
        address::insert(tx, &own).await
    }

    /// Tickets with a mail each, dealt out to all contacts; the first of Marta's has many messages.
    async fn tickets(self, writer: &Writer, db: &Db, count: usize) -> Result<(), Failure> {
        let people = self.people(db).await?;
        for batch in batches(count) {
            let people = people.clone();
            if batch.start % 100_000 == 0 {
                eprintln!("{} of {count} tickets", batch.start);
            }
            writer
                .upkeep(move |tx| {
                    Box::pin(async move {
                        for n in batch {
                            let (customer, contact) = people[n % people.len()];
                            let age = Span(YEARS.0 / i64::try_from(count).unwrap_or(1));
                            let age = Span(age.0 * i64::try_from(count - n).unwrap_or(0));
                            self.ticket(tx, n, (customer, contact), age, n + OPEN >= count).await?;
                        }
                        Ok(())
                    })
                })
                .await?;
        }
        Ok(())
    }

    /// Who writes: contacts of many customers, first among them a contact of the demo.
    async fn people(self, db: &Db) -> Result<Vec<(CustomerId, ContactId)>, Failure> {
        let mut conn = db.read().await?;
        let mut people = vec![];
        for address in ["marta@oduya-ceramics.example".into()]
            .into_iter()
            .chain((0..100_000).map(|n| format!("person@c{n}.example")))
        {
            let Some(found) = contact::by_address(&mut conn, self.provider, &address).await? else { break };
            people.push((found.customer, found.id));
        }
        Ok(people)
    }

    async fn ticket(
        self,
        tx: &mut Tx,
        n: usize,
        (customer, contact): (CustomerId, ContactId),
        age: Span,
        open: bool,
    ) -> Result<(), StoreError> {
        let mut random = Random::new(n, 2);
        // What is open is younger than 30 days.
        let at = if open { self.now - Span(age.0 % Span::days(29).0) } else { self.now - age };
        let long = n == 0;
        let new = TicketRecord {
            provider: self.provider,
            number: 0,
            channel: TicketChannel::Mail,
            subject: random.text(5),
            request: Request::default(),
            proof: Some("proven".into()),
            follows: None,
            life: Ticket {
                id: TicketId(random.id(at)),
                customer,
                contact,
                priority: Priority::Normal,
                opened_at: at,
                opened_by: Opener::Customer,
                assigned_to: (!n.is_multiple_of(3)).then_some(self.staff),
                assigned_at: (!n.is_multiple_of(3)).then_some(at),
                reopened: None,
                customer_spoke_at: None,
                last_message_at: at,
                waits: if open { Waits::Staff { since: at } } else { Waits::Nobody },
                closed: (!open).then(|| (at + Span::days(3), ClosedHow::Staff)),
                merged_into: None,
                reminded_close_at: None,
                reminded_lock_at: Some(at),
                escalated_at: Some(at),
            },
        };
        let saved = ticket::insert(tx, new).await?;
        for _ in 0..if long { LONG } else { 1 } {
            self.message(tx, &mut random, &saved, at).await?;
        }
        Ok(())
    }

    async fn message(
        self,
        tx: &mut Tx,
        random: &mut Random,
        ticket: &TicketRecord,
        at: Moment,
    ) -> Result<(), StoreError> {
        let new = MessageRecord {
            id: MessageId(random.id(at)),
            provider: self.provider,
            ticket: ticket.life.id,
            kind: MessageKind::Message,
            author: Author::Contact(ticket.life.contact),
            via: "mail".into(),
            proof: Some(Proof::Proven),
            strength: None,
            text: random.text(40),
            quoted: None,
            html: None,
            mail: None,
            at,
        };
        message::insert(tx, &new).await?;
        let number = ticket.number.to_string();
        search::add(
            tx,
            &Document {
                provider: self.provider,
                customer: ticket.life.customer,
                ticket: ticket.life.id,
                message: Some(new.id),
                note: false,
                texts: vec![&ticket.subject, &number, &new.text],
            },
        );
        Ok(())
    }
}

fn batches(count: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    (0..count).step_by(BATCH).map(move |from| from..(from + BATCH).min(count))
}

#[expect(clippy::disallowed_methods, reason = "a bench's rows are dated back from today")]
fn now() -> Moment {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// The same numbers each time (splitmix64).
struct Random(u64);

impl Random {
    fn new(n: usize, salt: u64) -> Self {
        Self((n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (salt << 56))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn id(&mut self, at: Moment) -> Uuid {
        let millis = u64::try_from(at.0 / 1_000).unwrap_or(0);
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&self.next().to_le_bytes());
        bytes[8..].copy_from_slice(&self.next().to_le_bytes()[..2]);
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    /// Invented words, common ones more often than rare ones, and a German word that every tenth has.
    fn text(&mut self, words: usize) -> String {
        let mut text = String::new();
        for _ in 0..words {
            // The square makes small numbers frequent.
            let pick = self.next() % VOCABULARY;
            let pick = pick * (self.next() % VOCABULARY) / VOCABULARY;
            text.push_str(&word(pick));
            text.push(' ');
        }
        if self.next().is_multiple_of(10) {
            text.push_str("Rechnungen");
        }
        text
    }
}

/// The word of a number: syllables that no stemmer knows.
fn word(mut n: u64) -> String {
    const BEGIN: [&str; 16] =
        ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z", "st"];
    const MIDDLE: [&str; 5] = ["a", "e", "i", "o", "u"];
    let mut text = String::new();
    for _ in 0..3 {
        text.push_str(BEGIN[(n % 16) as usize]);
        n /= 16;
        text.push_str(MIDDLE[(n % 5) as usize]);
        n /= 5;
    }
    text
}

//! What the story is told with: the people, the clock, and the steps that come again and again.

use std::sync::Arc;

use axum::Router;
use pforte_core::kernel::{Moment, Span};
use pforte_gateway::{Ask, Permit};
use pforte_server::{Shared, post, ticket};
use serde_json::{Value, json};

use super::{
    clock::StoryClock,
    letter::Letter,
    person::{Person, id_of},
};
use crate::Failure;

/// The story begins this many days ago: long enough for a request to be locked by now (rule B15).
const DAYS: i64 = 34;
const PANEL: &str = "panel";

pub struct Teller {
    app: Shared,
    clock: Arc<StoryClock>,
    /// When the demo starts, which is when the story ends.
    end: Moment,
    letters: u32,
    /// The last day on which the clocks of tickets were looked at.
    swept: i64,
    pub marta: Person,
    pub jonas: Person,
    pub ines: Person,
    pub siri: Person,
    pub grace: Person,
    pub ben: Person,
    pub lena: Person,
    pub mira: Person,
    pub nora: Person,
}

/// A visit that is open in a staff member's browser.
pub struct Visit {
    id: String,
    label: String,
    cookie: String,
}

/// When the story begins.
pub fn begins(now: Moment) -> Moment {
    midnight(now) - Span::days(DAYS)
}

fn midnight(now: Moment) -> Moment {
    Moment(now.0 - now.0.rem_euclid(Span::days(1).0))
}

/// A text that the reader of a German or an English page would write.
pub fn reason(category: &str, text: &str) -> Value {
    json!({ "category": category, "text": text })
}

impl Teller {
    pub async fn new(app: &Shared, clock: &Arc<StoryClock>, end: Moment) -> Result<Self, Failure> {
        let router: Router = pforte_server::router(app.clone());
        let origin = app.settings.public_origin.clone();
        let mut seat = 0;
        let mut next = |name: &'static str| {
            seat += 1;
            let (router, origin, seat) = (router.clone(), origin.clone(), seat);
            async move { Person::called(&router, &origin, name, seat).await }
        };
        Ok(Self {
            marta: next("Marta Oduya").await?,
            jonas: next("Jonas Wilke").await?,
            ines: next("Ines Kaltenbach").await?,
            siri: next("Siri Rosenquist").await?,
            grace: next("Grace Harbour").await?,
            ben: next("Ben Finch").await?,
            lena: next("Lena Brandt").await?,
            mira: next("Mira Sandoval").await?,
            nora: next("Nora Falk").await?,
            app: app.clone(),
            clock: clock.clone(),
            end,
            letters: 0,
            swept: 0,
        })
    }

    /// Goes on to a time of day so many days ago.
    pub async fn at(&mut self, days_ago: i64, hour: i64, minute: i64) -> Result<(), Failure> {
        let day = midnight(self.end) - Span::days(days_ago);
        self.go_on_to(day + Span::minutes(hour * 60 + minute)).await
    }

    /// Goes on to so many minutes before the demo starts.
    pub async fn ago(&mut self, minutes: i64) -> Result<(), Failure> {
        self.go_on_to(self.end - Span::minutes(minutes)).await
    }

    /// Goes on by a few minutes.
    pub async fn later(&mut self, minutes: i64) -> Result<(), Failure> {
        self.go_on_to(self.now() + Span::minutes(minutes)).await
    }

    async fn go_on_to(&mut self, at: Moment) -> Result<(), Failure> {
        // Letters leave on the day they were written, and no day passes without a look at the tickets.
        post::deliver_due(&self.app).await?;
        let (from, to) = (self.day(self.now()), self.day(at));
        for day in (from.max(self.swept)..to).map(|day| day + 1) {
            self.clock.go_on_to(Moment(day * Span::days(1).0));
            ticket::sweep(&self.app).await?;
            post::deliver_due(&self.app).await?;
            self.swept = day;
        }
        self.clock.go_on_to(at);
        Ok(())
    }

    fn day(&self, at: Moment) -> i64 {
        at.0.div_euclid(Span::days(1).0)
    }

    pub fn now(&self) -> Moment {
        self.app.sources.now()
    }

    /// The end of the story is the start of the demo.
    pub async fn ends(&mut self) -> Result<(), Failure> {
        self.go_on_to(self.end).await?;
        let customers = [&mut self.marta, &mut self.jonas, &mut self.ines, &mut self.siri, &mut self.grace];
        let rest = [&mut self.ben, &mut self.lena, &mut self.mira, &mut self.nora];
        for person in customers.into_iter().chain(rest) {
            person.signs_out().await?;
        }
        post::deliver_due(&self.app).await?;
        Ok(())
    }

    /// A mail comes in.
    pub async fn letter(&mut self, letter: Letter<'_>) -> Result<(), Failure> {
        self.letters += 1;
        letter.arrives(&self.app, self.now(), self.letters).await
    }
}

/// A contact asks; answers the ticket's id.
pub async fn asks(who: &mut Person, subject: &str, told: [&str; 3]) -> Result<String, Failure> {
    let [done, expected, happened] = told;
    let body = json!({ "subject": subject, "done": done, "expected": expected, "happened": happened });
    id_of(&who.post("/tickets", body).await?)
}

/// Writes into a ticket. Staff who close with it are done.
pub async fn writes(who: &mut Person, ticket: &str, text: &str) -> Result<(), Failure> {
    message(who, ticket, json!({ "text": text, "kind": "message" })).await
}

/// Staff answer and close.
pub async fn answers_and_closes(who: &mut Person, ticket: &str, text: &str) -> Result<(), Failure> {
    message(who, ticket, json!({ "text": text, "kind": "message", "close": true })).await
}

/// A note that only staff read.
pub async fn notes(who: &mut Person, ticket: &str, text: &str) -> Result<(), Failure> {
    message(who, ticket, json!({ "text": text, "kind": "note" })).await
}

async fn message(who: &mut Person, ticket: &str, body: Value) -> Result<(), Failure> {
    who.post(&format!("/tickets/{ticket}/messages"), body).await.map(drop)
}

/// Does something to a ticket that needs no more words.
pub async fn does(who: &mut Person, what: &str, ticket: &str) -> Result<Value, Failure> {
    let body = if what == "take-over" { json!({}) } else { Value::Null };
    who.post(&format!("/tickets/{ticket}/{what}"), body).await
}

/// The ground that a takeover gave.
pub async fn takes_over(who: &mut Person, ticket: &str) -> Result<String, Failure> {
    let view = does(who, "take-over", ticket).await?;
    let ground = view["access"]["ground_id"].as_str();
    ground.map(str::to_owned).ok_or_else(|| format!("no ground in {}", view["access"]).into())
}

/// A caller reads the PIN out, and it is redeemed; answers the ground.
pub async fn redeems(
    caller: &mut Person,
    staff: &mut Person,
    number: &str,
    why: Value,
    record: Value,
) -> Result<String, Failure> {
    let pin = caller.post("/pin", Value::Null).await?;
    let customer = customer(staff, number).await?;
    let body = json!({
        "customer_id": customer, "contact_id": caller.id, "digits": pin["digits"], "reason": why, "record": record,
    });
    id_of(&staff.post("/pin/redeem", body).await?)
}

/// The id of the customer with this number.
pub async fn customer(staff: &mut Person, number: &str) -> Result<String, Failure> {
    let found = staff.get(&format!("/customers?q={number}")).await?;
    let first = found["items"].as_array().and_then(|all| all.first()).ok_or("no such customer")?;
    id_of(first)
}

impl Teller {
    /// Opens the panel on a ground, through the link, as a browser does.
    pub async fn opens(
        app: &Shared,
        who: &mut Person,
        ground: &str,
        why: Option<Value>,
    ) -> Result<Visit, Failure> {
        let body = json!({ "ground_id": ground, "product": PANEL, "reason": why });
        let opened = who.post("/visits", body).await?;
        let url = opened["url"].as_str().ok_or("a visit opens with a link")?;
        let (host, token) = url.split_once("/.pforte/open?t=").ok_or("a link holds a token")?;
        let label = host.split_once("://").and_then(|(_, host)| host.split('.').next()).unwrap_or_default();
        let entered = app.enter(label, token).await.map_err(|shut| format!("the link is shut: {shut:?}"))?;
        Ok(Visit { id: id_of(&opened["visit"])?, label: label.to_owned(), cookie: entered.cookie })
    }

    /// Pages are looked at, some minutes apart. What the door refuses is in the log as well.
    pub async fn looks(&mut self, visit: &Visit, pages: &[&str], minutes: i64) -> Result<(), Failure> {
        for path in pages {
            let (label, cookie) = (visit.label.as_str(), Some(visit.cookie.as_str()));
            let ask = Ask { label, cookie, method: "GET", path, page: true, ..Ask::default() };
            drop(self.app.admit(ask).await);
            self.later(minutes).await?;
        }
        Ok(())
    }

    pub fn app(&self) -> Shared {
        self.app.clone()
    }
}

impl Visit {
    /// The staff member is done.
    pub async fn ends(self, who: &mut Person) -> Result<(), Failure> {
        who.post(&format!("/visits/{}/end", self.id), Value::Null).await.map(drop)
    }
}

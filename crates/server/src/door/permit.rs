//! What the gateway is answered: the decision on each request, with its entry made durable first.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use pforte_core::{
    access::{Ask as DecisionAsk, Closed, Decision, EndedHow, Mask, Request, decide},
    catalogue::{Action, Asked, Because, Classified},
    entry::{Actor, Answer, Clean, Entry, Event, Outcome},
    kernel::{Language, Moment, Span},
};
use pforte_gateway::{Ask, Bar, Ended, Entered, Identity, Pass, Permit, Refused, Shut, Status, Why};
use pforte_store::{Change, Ending, Health, StoreError, visit};
use serde::Serialize;
use serde_json::json;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{Door, EndAsk, lock};
use crate::cx::{App, Audience, News, Topic, sources::hash_token};

/// How long a token to the upstream is valid, and after which age a new one is made.
const TOKEN_LIFE: Span = Span::seconds(60);
const TOKEN_FRESH: Span = Span::seconds(25);

/// The claims the upstream gets: RFC 8693 §4.1 `act` names the staff member behind the user.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    act: ActClaim<'a>,
    iat: i64,
    exp: i64,
    jti: Uuid,
    pforte: serde_json::Value,
}

#[derive(Serialize)]
struct ActClaim<'a> {
    sub: &'a str,
    name: &'a str,
}

impl Permit for App {
    async fn enter(&self, label: &str, token: &str) -> Result<Entered, Shut> {
        let door = self.door.by_label(label).ok_or_else(|| self.shut(Language::English, Why::NotHere))?;
        if let Some(over) = over(&door) {
            return Err(self.shut_at(&door, over));
        }
        let now = self.sources.now();
        let given = hash_token(token);
        let taken = {
            let good = |(hash, until): &mut (String, Moment)| now < *until && same(hash, &given);
            lock(&door.state).link.take_if(good)
        };
        let Some(link) = taken else { return Err(self.shut_at(&door, Why::LinkSpent)) };
        let cookie = self.sources.token();
        let hash = hash_token(&cookie);
        match self.write_entering(&door, hash.clone(), now).await {
            Ok(()) => {
                lock(&door.state).cookie_hash = Some(hash);
                Ok(Entered { cookie })
            }
            Err(Entering::Spent) => Err(self.shut_at(&door, Why::LinkSpent)),
            Err(Entering::Store(error)) => {
                // It opened nothing, so it is not spent.
                lock(&door.state).link = Some(link);
                Err(self.shut_at(&door, cannot_log(&error)))
            }
        }
    }

    fn reads_body(&self, ask: &Ask<'_>) -> bool {
        self.visitor(ask.label, ask.cookie).is_ok_and(|door| door.product.reads_body(ask.method, ask.path))
    }

    async fn admit(&self, ask: Ask<'_>) -> Result<Pass, Shut> {
        let door = self.visitor(ask.label, ask.cookie)?;
        let now = self.sources.now();
        if let Some(code) = ask.stopped {
            return Err(self.stopped(&door, &ask, code, now).await);
        }
        // Held before deciding: whatever shuts the door from here on makes this pass stale.
        let hold = door.leash.hold();
        if !self.door.leased() || *self.health.borrow() != Health::Writable {
            return Err(self.shut_at(&door, Why::Closed(Closed::LogDown)));
        }
        let classified = door.product.classify(&asked(&ask));
        let decision = self.decide(&door, &ask, &classified, now);
        let opening = match decision.opening() {
            Some(opening) => opening,
            None => return Err(self.refuse(&door, &ask, &classified, decision, now).await),
        };
        let masked = opening.mask == Mask::Fields;
        if masked {
            self.pace(&door, &ask, &classified, now).await?;
        }
        let outcome = if masked { Outcome::Masked } else { Outcome::Forwarded };
        // Before the entry: what cannot be forwarded must not be logged as if it were.
        let identity = self.identity(&door, now).map_err(|why| self.shut_at(&door, why))?;
        let entry = self.request_entry(&door, &ask, &classified, outcome, decision.code(), now);
        let entry_id = entry.id;
        self.writer.admit(entry).await.map_err(|error| self.shut_at(&door, cannot_log(&error)))?;
        self.tell_progress(&door, now);
        Ok(Pass {
            visit: door.visit.id,
            entry: entry_id,
            product: Arc::clone(&door.product),
            route: classified.route.unwrap_or(usize::MAX),
            masked,
            identity,
            bar: self.bar(&door, now),
            deadline: door.deadline.min(Instant::now() + Duration::from(opening.until - now)),
            hold,
            leash: Arc::clone(&door.leash),
            jar: Arc::clone(&door.jar),
        })
    }

    async fn not_forwarded(&self, pass: &Pass, why: &'static str) {
        let Some(door) = self.door.pick(|door| door.visit.id == pass.visit).pop() else { return };
        let event = Event::NotForwarded { visit: pass.visit, request: pass.entry, why: Clean::name(why) };
        let entry = self.visit_entry(&door, event, self.sources.now());
        if let Err(error) = self.writer.admit(entry).await {
            tracing::warn!(%error, visit = %pass.visit, "that a request was not forwarded is not logged");
        }
    }

    fn answered(&self, label: &str, pass: &Pass, status: u16) {
        if let Some(door) = self.door.by_label(label) {
            door.note_answer(Answer { request: pass.entry, status });
        }
    }

    async fn status(&self, label: &str, cookie: Option<&str>) -> Result<Status, Shut> {
        let door = self.visitor(label, cookie)?;
        let now = self.sources.now();
        Ok(Status { minutes_left: minutes_left(&door, now), ends_at: door.visit.ends_at })
    }

    async fn end(&self, label: &str, cookie: Option<&str>) -> Result<Ended, Shut> {
        let door = self.visitor(label, cookie)?;
        let ask = EndAsk { how: EndedHow::Staff, actor: Actor::Staff(door.visit.staff) };
        let ended = self.end_visit(&door.visit, ask).await;
        Ok(Ended { cut_millis: ended.cut_millis, language: door.shown.language, desk: self.desk() })
    }
}

/// Why a link opened nothing.
enum Entering {
    Spent,
    Store(StoreError),
}

impl From<StoreError> for Entering {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Compares two hashes without telling by time where they differ.
fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// A request as the catalogue reads it.
fn asked<'a>(ask: &Ask<'a>) -> Asked<'a> {
    Asked { method: ask.method, path: ask.path, query: ask.query, body: ask.body }
}

/// What a refusal's page says of the request and its rule.
pub(super) fn told(door: &Door, ask: &Ask<'_>, classified: &Classified<'_>) -> Refused {
    let area = door.product.area(classified.area).map(|area| match door.shown.language {
        Language::German => area.german.clone(),
        Language::English => area.english.clone(),
    });
    let rule = classified.route.map(|at| {
        let route = &door.product.routes[at];
        let action = if classified.because == Because::Route { classified.action } else { route.action };
        (route.path.to_string(), action, classified.class)
    });
    Refused {
        method: ask.method.to_owned(),
        path: ask.path.to_owned(),
        area,
        rule,
        because: classified.because,
        query: classified.query.clone(),
    }
}

pub(super) fn cannot_log(error: &StoreError) -> Why {
    match error {
        StoreError::Busy => Why::Busy,
        _ => Why::Closed(Closed::LogDown),
    }
}

fn over(door: &Door) -> Option<Why> {
    let cut = |ending: Ending| ending.cut_millis.and_then(|millis| u64::try_from(millis).ok());
    door.over().map(|ending| Why::Over { how: ending.how, cut_millis: cut(ending) })
}

fn minutes_left(door: &Door, now: Moment) -> u32 {
    let left = (door.visit.ends_at - now).0.max(0);
    u32::try_from((left + 59_999_999) / 60_000_000).unwrap_or(0)
}

impl App {
    /// Spends the link, with the entry that tells of it.
    async fn write_entering(&self, door: &Door, cookie_hash: String, now: Moment) -> Result<(), Entering> {
        let (provider, id) = (door.visit.provider, door.visit.id);
        let entry = self.visit_entry(door, Event::VisitEntered { visit: id }, now);
        self.writer
            .change(move |tx| {
                Box::pin(async move {
                    if !visit::enter(tx, provider, id, &cookie_hash).await? {
                        return Err(Entering::Spent);
                    }
                    Ok(Change::logged((), entry))
                })
            })
            .await
    }

    /// The door, if it is this browser's and the visit still runs.
    fn visitor(&self, label: &str, cookie: Option<&str>) -> Result<Arc<Door>, Shut> {
        let unknown = || self.shut(Language::English, Why::NotHere);
        let door = self.door.by_label(label).ok_or_else(unknown)?;
        // Whoever knows the name of a visit that is over was there: the other tabs, whose cookie went
        // with the end. They may know that it is over, and no more.
        let gone = |door: &Door| door.over().map(|_| self.shut(Language::English, Why::Ended));
        let Some(cookie) = cookie else { return Err(gone(&door).unwrap_or_else(unknown)) };
        let given = hash_token(cookie);
        let known = lock(&door.state).cookie_hash.as_ref().is_some_and(|hash| same(hash, &given));
        if !known {
            return Err(gone(&door).unwrap_or_else(unknown));
        }
        match over(&door) {
            Some(why) => Err(self.shut_at(&door, why)),
            None => Ok(door),
        }
    }

    /// Asks the one decision, and notes the activity if it opens.
    fn decide(&self, door: &Door, ask: &Ask<'_>, classified: &Classified<'_>, now: Moment) -> Decision {
        if ask.websocket && !classified.websocket && classified.action != Action::Never {
            return Closed::Never.into();
        }
        let request = DecisionAsk::Request(Request {
            product: &door.product.id,
            area: classified.area,
            action: classified.action,
            class: classified.class,
            has_pass_list: classified.pass.is_some(),
        });
        let mut state = lock(&door.state);
        let decision = decide(&state.facts, &request, now);
        if decision.opening().is_some()
            && let Some(visit) = &mut state.facts.visit
        {
            visit.last_active_at = now;
        }
        decision
    }

    /// Logs a refusal, ends the visit if that is what it means, and tells the reader why.
    async fn refuse(
        &self,
        door: &Arc<Door>,
        ask: &Ask<'_>,
        classified: &Classified<'_>,
        decision: Decision,
        now: Moment,
    ) -> Shut {
        let code = classified.because.code().unwrap_or(decision.code());
        let entry = self.request_entry(door, ask, classified, Outcome::Refused, code, now);
        tracing::info!(visit = %door.visit.id, method = ask.method, path = ask.path, code, "a request is refused");
        if let Err(error) = self.writer.admit(entry).await {
            return self.shut_at(door, cannot_log(&error));
        }
        self.tell_progress(door, now);
        if let Some(how) = decision.ends_visit() {
            let ended = self.end_visit(&door.visit, EndAsk { how, actor: Actor::System }).await;
            return self.shut_at(door, Why::Over { how, cut_millis: Some(ended.cut_millis) });
        }
        let why = match decision {
            Decision::Closed(Closed::Never) if classified.route.is_none() => Why::Unclassified,
            Decision::Closed(closed) => Why::Closed(closed),
            Decision::Needs(need) => Why::Needs(need),
            Decision::Open(_) => Why::Busy,
        };
        Shut {
            bar: Some(Box::new(self.bar(door, now))),
            told: Some(Box::new(told(door, ask, classified))),
            ..self.shut_at(door, why)
        }
    }

    /// Logs what the gateway itself refuses.
    async fn stopped(&self, door: &Arc<Door>, ask: &Ask<'_>, code: &'static str, now: Moment) -> Shut {
        let classified = door.product.classify(&asked(ask));
        let entry = self.request_entry(door, ask, &classified, Outcome::Refused, code, now);
        if let Err(error) = self.writer.admit(entry).await {
            return self.shut_at(door, cannot_log(&error));
        }
        self.tell_progress(door, now);
        Shut { bar: Some(Box::new(self.bar(door, now))), ..self.shut_at(door, Why::Stopped) }
    }

    pub(super) fn request_entry(
        &self,
        door: &Door,
        ask: &Ask<'_>,
        classified: &Classified<'_>,
        outcome: Outcome,
        code: &str,
        now: Moment,
    ) -> Entry {
        let event = Event::Request {
            visit: door.visit.id,
            method: Clean::name(ask.method),
            path: Clean::path(ask.path),
            area: Clean::name(classified.area),
            action: classified.action,
            class: classified.class,
            outcome,
            code: Clean::name(code),
            query: classified.query.iter().map(|name| Clean::name(name)).collect(),
            body: classified.body.iter().map(|name| Clean::name(name)).collect(),
            page: ask.page,
        };
        self.visit_entry(door, event, now)
    }

    pub(super) fn visit_entry(&self, door: &Door, event: Event, now: Moment) -> Entry {
        Entry {
            id: self.sources.id(now),
            provider: door.visit.provider,
            customer: Some(door.visit.customer),
            at: now,
            actor: Actor::Staff(door.visit.staff),
            event,
        }
    }

    /// The identity the upstream is shown, with a token that has at least half its life before it.
    fn identity(&self, door: &Door, now: Moment) -> Result<Arc<Identity>, Why> {
        let mut state = lock(&door.state);
        if let Some((identity, made_at)) = &state.identity
            && now < *made_at + TOKEN_FRESH
        {
            return Ok(Arc::clone(identity));
        }
        let shown = &door.shown;
        let issued = now.0.div_euclid(1_000_000);
        let claims = Claims {
            iss: &self.settings.public_origin,
            aud: &door.product.id,
            sub: &shown.user,
            act: ActClaim { sub: &shown.staff_username, name: &shown.staff_name },
            iat: issued,
            exp: issued + TOKEN_LIFE.0 / 1_000_000,
            jti: self.sources.id(now),
            pforte: json!({
                "visit": door.visit.id, "ground": door.visit.ground, "customer": shown.customer_number,
            }),
        };
        let token = self.secrets.sign(&claims).map_err(|error| {
            tracing::error!(%error, "a token cannot be signed");
            Why::Busy
        })?;
        let identity =
            Arc::new(Identity { user: shown.user.clone(), staff: shown.staff_username.clone(), token });
        state.identity = Some((Arc::clone(&identity), now));
        Ok(identity)
    }

    pub(super) fn bar(&self, door: &Door, now: Moment) -> Bar {
        let shown = &door.shown;
        Bar {
            language: shown.language,
            acting_as: shown.acting_as.clone(),
            customer: format!("{} {}", shown.customer_number, shown.customer_name),
            occasion: shown.occasion.to_owned(),
            minutes_left: minutes_left(door, now),
        }
    }

    /// Tells the customer's pages that something was opened, at most a few times a second.
    pub(super) fn tell_progress(&self, door: &Door, now: Moment) {
        const PAUSE: Span = Span::milliseconds(250);
        let last = door.told_at.load(Ordering::Relaxed);
        if now.0 < last + PAUSE.0
            || door.told_at.compare_exchange(last, now.0, Ordering::Relaxed, Ordering::Relaxed).is_err()
        {
            door.untold.store(true, Ordering::Relaxed);
            return;
        }
        self.tell_visit(door);
    }

    pub(super) fn tell_visit(&self, door: &Door) {
        door.untold.store(false, Ordering::Relaxed);
        let visit = &door.visit;
        let audience = [Audience::Customer(visit.customer), Audience::Staff(visit.staff)];
        let mut news = News::new(visit.provider, &audience, &[Topic::Visits]);
        news.ground = Some(visit.ground);
        news.visit = Some(visit.id);
        self.hub.publish(news);
    }

    fn shut(&self, language: Language, why: Why) -> Shut {
        Shut::new(why, language, self.desk())
    }

    pub(super) fn shut_at(&self, door: &Door, why: Why) -> Shut {
        self.shut(door.shown.language, why)
    }

    fn desk(&self) -> String {
        format!("{}/desk", self.settings.public_origin)
    }
}

//! Visits: one staff member inside one customer's product, for an hour at most (rules T12 to T24).

pub mod objection;
pub mod routes;
pub mod view;

use axum::http::StatusCode;
use pforte_core::{
    access::{Ask, Closed, Decision, EndedHow, Need, Start, Terms, decide},
    entry::{Actor, Clean, Entry, Event, Reason},
    kernel::{GroundId, Moment, Span, VisitId},
};
use pforte_store::{
    Change, Health, contact, customer,
    ground::{self, GroundRecord},
    outbox, ticket,
    visit::{self, VisitRecord},
};

use crate::{
    cx::{App, Audience, News, Problem, Topic, sources::hash_token, there},
    door::{EndAsk, EndedView, Touched, load_facts},
    mail,
    people::{SignedIn, StaffActor, Who, oversees},
};

/// How long the opening link is good.
const LINK_LIFE: Span = Span::seconds(60);
/// A visit at most (rule T24).
const HOUR: Span = Span::minutes(60);
/// Visits on one ground that may run side by side.
const RUNNING: usize = 5;

/// A visit that was opened, and the link that opens it in the browser.
#[derive(Debug)]
pub struct Opened {
    pub record: VisitRecord,
    pub url: String,
}

/// What is asked for.
#[derive(Debug)]
pub struct OpenAsk {
    pub ground: GroundId,
    pub product: String,
    /// Why; known for the first visit on a PIN's ground.
    pub reason: Option<Reason>,
}

fn refused(decision: Decision) -> Problem {
    let (status, detail) = match decision {
        Decision::Needs(Need::Staff(_)) => {
            (StatusCode::FORBIDDEN, "Something is missing before you may enter.")
        }
        Decision::Needs(Need::Reason) => (StatusCode::FORBIDDEN, "Say why it is opened."),
        Decision::Needs(_) => (StatusCode::FORBIDDEN, "This needs something from the customer first."),
        Decision::Closed(Closed::LogDown) => return Problem::unwritable(),
        Decision::Closed(_) | Decision::Open(_) => (StatusCode::FORBIDDEN, "The door is shut."),
    };
    Problem::new(status, decision.code(), "Not open", detail)
}

/// Opens a product on a ground; the decision is asked with everything it needs to know (rule X7).
///
/// The first visit has the reason the PIN was redeemed for; each further one needs its own (rule T24).
pub async fn open(app: &App, who: StaffActor, ask: OpenAsk) -> Result<Opened, Problem> {
    let OpenAsk { ground, product, reason } = ask;
    let provider = who.staff.provider;
    let mut conn = app.read().await?;
    let record = ground::by_id(&mut conn, provider, ground).await?;
    let record = record.filter(|g| g.terms.opens_for(who.staff.id)).ok_or_else(Problem::not_found)?;
    let product = app.product(&product).ok_or_else(Problem::not_found)?;
    let customer = customer::by_id(&mut conn, provider, record.customer).await?;
    let customer = there(customer, "customer of a ground")?;
    // A grant leaves the choice; nobody names one yet.
    let acting_as = record.terms.acting_as().ok_or_else(|| refused(Need::ActingAs.into()))?;
    let contact = contact::by_id(&mut conn, provider, acting_as).await?;
    let contact = there(contact, "contact of a ground")?;
    if app.door.ground_shut(ground) {
        return Err(refused(Closed::GroundEnded(EndedHow::Customer).into()));
    }
    if contact::user_in(&mut conn, provider, contact.id, &product.id).await?.is_none() {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "visit.no_user",
            "No user there",
            "This contact has no user in the product. An admin can name one at the contact.",
        ));
    }
    let told = crate::door::told(&mut conn, &record).await?;
    let own_reason = reason.is_some();
    let earlier = visit::of_ground(&mut conn, provider, ground, 100).await?;
    // A takeover has no reason of its own: on it the first visit needs one, too (rule T4).
    let known = if earlier.is_empty() { told.as_ref().and_then(|t| t.reason.clone()) } else { None };
    let reason = reason.or(known);
    let mut facts = load_facts(app, &mut conn, &who.staff, &customer, std::slice::from_ref(&record)).await?;
    facts.log_writable = app.door.leased() && *app.health.borrow() == Health::Writable;
    let now = app.sources.now();
    let start = Start {
        ground: Some(ground),
        product: &product.id,
        acting_as: None,
        reason: reason.is_some(),
        link: told.is_some(),
    };
    let decision = decide(&facts, &Ask::Start(start), now);
    let (Some(opening), Some(told), Some(reason)) = (decision.opening(), told, reason) else {
        return Err(refused(decision));
    };
    let number = match record.terms {
        Terms::Takeover { ticket, .. } => {
            ticket::by_id(&mut conn, provider, ticket).await?.map(|ticket| ticket.number)
        }
        _ => None,
    };
    let address = contact::primary_address(&mut conn, provider, contact.id).await?;
    let token = app.sources.token();
    let id: VisitId = app.sources.id(now);
    let entry = Entry {
        customer: Some(customer.id),
        ..app.entry(
            now,
            provider,
            Actor::Staff(who.staff.id),
            Event::VisitOpened {
                visit: id,
                ground,
                staff_name: Clean::name(&told.staff_name),
                product: Clean::name(&product.id),
                acting_as: contact.id,
                reason,
                ends_at: opening.until,
            },
        )
    };
    let new = VisitRecord {
        id,
        provider,
        ground,
        customer: customer.id,
        contact: contact.id,
        staff: who.staff.id,
        sign_in: who.sign_in.id,
        product: product.id.clone(),
        label: app.sources.token(),
        link_hash: Some(hash_token(&token)),
        link_until: Some(now + LINK_LIFE),
        cookie_hash: None,
        entry: entry.id,
        started_at: now,
        ends_at: opening.until.min(now + HOUR),
        ended: None,
    };
    let mail = address.map(|address| {
        let what = (told.staff_name.as_str(), product.name.as_str(), number);
        mail::visit_opened(app, &contact, &address, what, now)
    });
    drop(conn);
    let record = save(app, new, own_reason, entry, mail).await?;
    let mut conn = app.read().await?;
    app.open_door(&mut conn, record.clone(), now).await?;
    drop(conn);
    // What was changed between reading the facts and holding the door must not be missed.
    app.renew(&[Touched::Ground(ground)]).await;
    let mut conn = app.read().await?;
    // The customer may have pressed *End now* while this was being written.
    if app.door.ground_shut(ground) || ground_is_over(&mut conn, &record, now).await? {
        app.end_visit(&record, EndAsk { how: EndedHow::GroundOver, actor: Actor::System }).await;
        return Err(refused(Closed::GroundEnded(EndedHow::Customer).into()));
    }
    tell_opened(app, &record);
    let url = format!(
        "{}://{}.{}/.pforte/open?t={token}",
        app.settings.gateway_scheme, record.label, app.settings.gateway_suffix
    );
    Ok(Opened { record, url })
}

async fn ground_is_over(
    conn: &mut pforte_store::Conn,
    visit: &VisitRecord,
    now: pforte_core::kernel::Moment,
) -> Result<bool, Problem> {
    let ground: Option<GroundRecord> = ground::by_id(conn, visit.provider, visit.ground).await?;
    Ok(ground.is_none_or(|ground| !ground.open(now)))
}

/// Saves visit, entry and the mail that tells the customer, together (rule T5).
async fn save(
    app: &App,
    new: VisitRecord,
    own_reason: bool,
    entry: Entry,
    mail: Option<outbox::Message>,
) -> Result<VisitRecord, Problem> {
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                // Read where it is written: others may open at the same moment.
                let earlier = visit::of_ground(tx.conn(), new.provider, new.ground, 100).await?;
                bounds(&earlier, own_reason, new.started_at)?;
                visit::insert(tx, &new).await?;
                if let Some(mail) = &mail {
                    outbox::put(tx, mail).await?;
                }
                Ok(Change::logged(new, entry))
            })
        })
        .await
}

/// What the visits before this one ask of it: a reason of its own (rule T24), and that few run side by side.
fn bounds(earlier: &[VisitRecord], own_reason: bool, now: Moment) -> Result<(), Problem> {
    if !own_reason && !earlier.is_empty() {
        return Err(refused(Decision::Needs(Need::Reason)));
    }
    if earlier.iter().filter(|v| v.ended.is_none() && now < v.ends_at).count() >= RUNNING {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "visit.too_many",
            "Too many open",
            "End one of the open sessions first.",
        ));
    }
    Ok(())
}

fn tell_opened(app: &App, record: &VisitRecord) {
    let audience = [Audience::Customer(record.customer), Audience::Staff(record.staff), Audience::Leads];
    let mut news = News::new(record.provider, &audience, &[Topic::Door, Topic::Grounds, Topic::Visits]);
    news.ground = Some(record.ground);
    news.visit = Some(record.id);
    app.hub.publish(news);
}

/// A visit, if this person may see it.
pub async fn find(app: &App, who: &SignedIn, id: VisitId) -> Result<VisitRecord, Problem> {
    let found = visit::by_id(&mut *app.read().await?, who.sign_in.provider, id).await?;
    let may = |v: &VisitRecord| match &who.who {
        Who::Contact(contact) => v.customer == contact.customer,
        Who::Staff(staff) => v.staff == staff.id || oversees(staff),
    };
    found.filter(may).ok_or_else(Problem::not_found)
}

/// Ends one visit: the agent's *End*, or the customer's or a lead's word on this one alone.
pub async fn end(app: &App, who: &SignedIn, id: VisitId) -> Result<EndedView, Problem> {
    let record = find(app, who, id).await?;
    let how = match &who.who {
        Who::Contact(_) => EndedHow::Customer,
        Who::Staff(staff) if staff.id == record.staff => EndedHow::Staff,
        Who::Staff(_) => EndedHow::Lead,
    };
    Ok(app.end_visit(&record, EndAsk { how, actor: who.actor() }).await)
}

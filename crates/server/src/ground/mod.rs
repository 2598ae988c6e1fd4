//! Grounds: what opened a door. Here they are listed and ended; how each comes about is its own
//! feature's matter (`pin`, `ticket`).

pub mod routes;
pub mod view;

use pforte_core::{
    access::EndedHow,
    kernel::{GroundId, ProviderId},
};
use pforte_store::ground::{self, Filter, GroundRecord};

use crate::{
    cx::{App, Problem},
    door::{EndAsk, EndedView},
    people::{SignedIn, Who, must_oversee, oversees},
    visit::objection::{self, ObjectionView},
};

/// What a person may see: contacts their customer's grounds, staff their own, leads all.
pub fn visible(who: &SignedIn, all: bool) -> Filter {
    match &who.who {
        Who::Contact(contact) => Filter { customer: Some(contact.customer), ..Filter::default() },
        Who::Staff(staff) if all && oversees(staff) => Filter::default(),
        Who::Staff(staff) => Filter { staff: Some(staff.id), ..Filter::default() },
    }
}

/// A ground, if this person may see it.
pub async fn find(app: &App, who: &SignedIn, id: GroundId) -> Result<GroundRecord, Problem> {
    let provider: ProviderId = who.sign_in.provider;
    let found = ground::by_id(&mut *app.read().await?, provider, id).await?;
    let may = |g: &GroundRecord| match &who.who {
        Who::Contact(contact) => g.customer == contact.customer,
        Who::Staff(staff) => g.terms.opens_for(staff.id) || oversees(staff),
    };
    found.filter(may).ok_or_else(Problem::not_found)
}

/// Ends a ground: the customer's *End now*, the agent's *Give back*, or a lead's word. Works also when
/// nothing can be written, and says so.
pub async fn end(app: &App, who: &SignedIn, id: GroundId) -> Result<EndedView, Problem> {
    let record = find(app, who, id).await?;
    let how = match &who.who {
        Who::Contact(_) => EndedHow::Customer,
        Who::Staff(staff) if record.terms.staff() == Some(staff.id) => EndedHow::Staff,
        Who::Staff(_) => EndedHow::Lead,
    };
    Ok(app.end_ground(&record, EndAsk { how, actor: who.actor() }).await)
}

/// The objections to a ground's visits: for the customer's people, leads and admins.
pub async fn objections(
    app: &App,
    who: &SignedIn,
    ground: uuid::Uuid,
) -> Result<Vec<ObjectionView>, Problem> {
    if let Who::Staff(staff) = &who.who {
        must_oversee(staff)?;
    }
    let record = find(app, who, ground.into()).await?;
    let mut conn = app.read().await?;
    let mut views = vec![];
    for objection in pforte_store::objection::of_ground(&mut conn, record.provider, record.id).await? {
        views.push(objection::view(&mut conn, &objection).await?);
    }
    Ok(views)
}

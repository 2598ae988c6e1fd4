//! Staff: the provider's people, what leads and admins do with them, and the kill switch.

mod add;
pub mod routes;

pub use add::{NewStaff, StaffAsk, add_staff, prepare_staff};
use pforte_core::{
    access::EndedHow,
    entry::{Actor, Clean, Event},
    kernel::{Moment, StaffId, StaffRole},
};
use pforte_store::{
    Change,
    sign_in::{self, Person},
    staff::{self, Staff},
};

use crate::{
    cx::{App, Audience, News, Problem, Shared, Topic},
    door::{EndAsk, Touched, Whose, staff_facts},
    people::{StaffActor, must_administer, must_lead},
};

async fn colleague(app: &App, who: &StaffActor, id: StaffId) -> Result<Staff, Problem> {
    let found = staff::by_id(&mut *app.read().await?, who.staff.provider, id).await?;
    found.ok_or_else(Problem::not_found)
}

/// Opens a staff member's PIN form again (control 6). Nobody unlocks their own.
pub async fn unlock_form(app: &App, who: &StaffActor, id: StaffId) -> Result<(), Problem> {
    must_lead(&who.staff)?;
    if id == who.staff.id {
        return Err(Problem::forbidden("staff.not_oneself", "Another lead has to unlock your form."));
    }
    let member = colleague(app, who, id).await?;
    let (now, provider) = (app.sources.now(), who.staff.provider);
    let entry = app.entry(now, provider, Actor::Staff(who.staff.id), Event::FormUnlocked { staff: id });
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                staff::unlock_form(tx, provider, member.id, now).await?;
                Ok::<_, Problem>(Change::logged((), entry))
            })
        })
        .await?;
    app.hub.publish(News::new(provider, &[Audience::Staff(id), Audience::Leads], &[Topic::Me]));
    Ok(())
}

/// What an admin or lead changes about a staff member.
#[derive(Debug, Default)]
pub struct StaffChange {
    pub active: Option<bool>,
    pub roles: Option<Vec<StaffRole>>,
    pub training_done: Option<bool>,
    pub guidelines_accepted: Option<bool>,
}

impl StaffChange {
    /// What differs between a member as they were and as they are now.
    fn fields(was: &Staff, member: &Staff) -> Vec<Clean> {
        let named = [
            (was.active != member.active, "active"),
            (was.roles != member.roles, "roles"),
            (was.training_done_at != member.training_done_at, "training"),
            (was.guidelines_accepted_at != member.guidelines_accepted_at, "guidelines"),
        ];
        named.into_iter().filter(|(differs, _)| *differs).map(|(_, name)| Clean::name(name)).collect()
    }

    fn apply(self, mut member: Staff, now: Moment) -> Staff {
        if let Some(active) = self.active {
            member.active = active;
        }
        if let Some(roles) = self.roles {
            member.roles = roles;
        }
        if let Some(done) = self.training_done {
            member.training_done_at = done.then_some(now);
        }
        if let Some(accepted) = self.guidelines_accepted {
            member.guidelines_accepted_at = accepted.then_some(now);
        }
        member
    }
}

/// Changes a staff member; what is so already is not logged. Running visits lose what they no longer may at once. Who is deactivated is
/// signed out for good.
pub async fn change(
    app: &Shared,
    who: &StaffActor,
    id: StaffId,
    change: StaffChange,
) -> Result<Staff, Problem> {
    must_administer(&who.staff)?;
    let keeps_admin = change.roles.as_ref().is_none_or(|roles| roles.contains(&StaffRole::Admin));
    if id == who.staff.id && (change.active == Some(false) || !keeps_admin) {
        return Err(Problem::forbidden("staff.not_oneself", "Another admin has to do that."));
    }
    let (now, provider) = (app.sources.now(), who.staff.provider);
    let (member, ended) = app
        .change(who.by(), move |mut cx| async move {
            // Read inside the transaction: nothing that somebody else changes meanwhile is undone.
            let was = staff::by_id(cx.conn(), provider, id).await?.ok_or_else(Problem::not_found)?;
            let member = change.apply(was.clone(), now);
            let fields = StaffChange::fields(&was, &member);
            if fields.is_empty() {
                return cx.nothing((member, vec![]));
            }
            staff::update(cx.tx(), &member).await?;
            let ended = if member.active {
                vec![]
            } else {
                sign_in::end_all(cx.tx(), provider, Person::Staff(id), None, now).await?
            };
            cx.log(None, Event::StaffChanged { staff: id, fields });
            cx.changed::<_, Problem>((member, ended))
        })
        .await?;
    for id in ended {
        app.door.sign_out(id);
    }
    let actor = Actor::Staff(who.staff.id);
    if let Some(how) = staff_facts(&member).gone() {
        let ended = app.end_every(provider, Whose::Staff(id), EndAsk { how, actor }).await;
        if let Err(error) = ended {
            // The doors are shut all the same, by what is renewed below.
            tracing::error!(%error, staff = %id, "what a staff member held is not ended");
        }
    }
    app.renew(&[Touched::Staff(id)]).await;
    app.end_touched(&[Touched::Staff(id)], actor).await;
    app.hub.publish(News::new(provider, &[Audience::Staff(id), Audience::Leads], &[Topic::Me]));
    Ok(member)
}

/// What the kill switch did.
#[derive(Debug)]
pub struct Killed {
    pub grounds: usize,
    pub cut_millis: u64,
}

/// Ends everything that is open at the provider or could open again (control 24).
pub async fn kill_switch(app: &App, who: &StaffActor) -> Result<Killed, Problem> {
    must_lead(&who.staff)?;
    let provider = who.staff.provider;
    let ask = EndAsk { how: EndedHow::KillSwitch, actor: Actor::Staff(who.staff.id) };
    let ended = app.end_every(provider, Whose::Everybodys, ask).await?;
    let killed = Killed {
        grounds: ended.len(),
        cut_millis: ended.iter().map(|ended| ended.cut_millis).max().unwrap_or(0),
    };
    let visits = ended.iter().map(|ended| ended.visits).sum();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let event = Event::KillSwitch {
        grounds: count(killed.grounds),
        visits: count(visits),
        cut_millis: killed.cut_millis,
    };
    let entry = app.entry(app.sources.now(), provider, Actor::Staff(who.staff.id), event);
    // Everything is shut already; a full disk takes nothing of that back.
    if let Err(error) = app.writer.admit(entry).await {
        tracing::warn!(%error, "the kill switch is not logged");
    }
    Ok(killed)
}

//! Recoveries as the API tells of them.

use pforte_core::{
    kernel::{Language, Moment, Span},
    pin::recovery_pair,
    recovery::{Lost, RecoveryEnd, RecoveryState, Way},
};
use pforte_store::{Conn, contact, customer, provider, recovery, sign_in::Person as Whoever, staff};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Case, case, decide, finish};
use crate::{
    cx::App,
    cx::{Problem, Timestamp},
    people::{SignedIn, Who},
    show::Person,
    show::{CustomerRef, customer_ref},
    signin::view::ProviderView,
};

/// How long what is over is still shown.
const SHOWN: Span = Span::days(14);

/// A recovery, as the browser of the person sees it.
#[derive(Serialize, ToSchema)]
pub struct OwnRecovery {
    /// `contact` or `staff`.
    kind: &'static str,
    name: String,
    provider: ProviderView,
    /// `begun`, `waiting`, `resting` or `ready`.
    #[schema(value_type = String)]
    state: RecoveryState,
    /// `password`, `codes`, `both` or `closed`, once it was said.
    #[schema(value_type = Option<String>)]
    lost: Option<Lost>,
    /// Who has to agree: `colleague`, `provider`, `staff` or `operator`. Before it was asked for: who would have to.
    #[schema(value_type = String)]
    way: Way,
    /// Whether one-time codes are asked for at sign-in.
    has_codes: bool,
    /// Whether the own one-time code is enough, without anybody's approval.
    own_code: bool,
    /// Whether the second factor is set anew at the end.
    sets_codes: bool,
    /// Whether a code that the provider hands over is asked for at the end.
    needs_code: bool,
    /// Who can approve it, by name; not told of staff.
    approvers: Vec<String>,
    /// Two words to read out to whoever approves.
    words: Vec<String>,
    ready_at: Option<Timestamp>,
    expires_at: Timestamp,
}

/// The same with the key, which is shown once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryKey {
    /// Whoever holds it goes on; the link is used up.
    pub key: String,
    #[serde(flatten)]
    pub view: OwnRecovery,
}

/// What the person's browser sees.
pub async fn own(app: &App, case: &Case) -> Result<OwnRecovery, Problem> {
    let own_code = finish::own_code_counts(app, case).await?;
    let mut conn = app.read().await?;
    let home = provider::by_id(&mut conn, case.recovery.provider).await?.ok_or_else(super::over)?;
    let way = match case.recovery.course.way {
        Some(way) => way,
        None => case::way(&mut conn, &case.who).await?,
    };
    let mut approvers = vec![];
    let (kind, has_codes, language) = match &case.who {
        Who::Staff(staff) => ("staff", true, &staff.language),
        Who::Contact(contact) => {
            for id in case::deciders(&mut conn, contact).await? {
                approvers.push(crate::show::contact_name(&mut conn, contact.provider, id).await?);
            }
            ("contact", contact.totp_confirmed, &contact.language)
        }
    };
    let language = Language::from_word(language).unwrap_or(Language::English);
    let words = recovery_pair(&app.secrets.pin, case.recovery.id, language);
    Ok(OwnRecovery {
        kind,
        name: case.name(),
        provider: ProviderView { slug: home.slug, name: home.name },
        state: case.state,
        lost: case.recovery.course.lost,
        way,
        has_codes,
        own_code,
        sets_codes: case.sets_codes(),
        needs_code: case.recovery.code_hash.is_some(),
        approvers,
        words: vec![words.0.into(), words.1.into()],
        ready_at: case.recovery.course.ready_at.map(Timestamp),
        expires_at: case.recovery.course.expires_at.into(),
    })
}

/// Who approved.
#[derive(Serialize, ToSchema)]
pub struct ApprovalView {
    by: Person,
    at: Timestamp,
    /// Whether it still counts: whoever gave it could give it now.
    counts: bool,
}

/// A recovery, as those concerned see it.
#[derive(Serialize, ToSchema)]
pub struct RecoveryView {
    id: Uuid,
    /// `contact` or `staff`.
    kind: &'static str,
    person: Person,
    customer: Option<CustomerRef>,
    #[schema(value_type = Option<String>)]
    lost: Option<Lost>,
    #[schema(value_type = Option<String>)]
    way: Option<Way>,
    /// `waiting`, `resting`, `ready` or `over`.
    #[schema(value_type = String)]
    state: RecoveryState,
    asked_at: Option<Timestamp>,
    ready_at: Option<Timestamp>,
    expires_at: Timestamp,
    /// `done`, `withdrawn`, `refused`, `objected`, `replaced` or `guessed`.
    #[schema(value_type = Option<String>)]
    ended: Option<RecoveryEnd>,
    ended_at: Option<Timestamp>,
    approvals: Vec<ApprovalView>,
    /// Whether it is about whoever looks.
    mine: bool,
    /// Whether whoever looks could approve it now.
    may_approve: bool,
    /// Whether the person reads out two words.
    needs_words: bool,
}

/// What whoever looks is told of, newest first.
pub async fn list(app: &App, who: &SignedIn) -> Result<Vec<RecoveryView>, Problem> {
    let now: Moment = app.sources.now();
    let mut conn = app.read().await?;
    let provider = who.sign_in.provider;
    let found = match &who.who {
        Who::Staff(_) => recovery::of_provider(&mut conn, provider, now - SHOWN).await?,
        Who::Contact(me) => recovery::of_customer(&mut conn, provider, me.customer, now - SHOWN).await?,
    };
    let mut all = vec![];
    for recovery in found {
        let Some(case) = Case::of(&mut conn, recovery, now).await? else { continue };
        let sees = match &who.who {
            Who::Staff(_) => true,
            Who::Contact(me) => decide::sees(&mut conn, me, &case).await?,
        };
        if sees {
            all.push(view(&mut conn, &case, who).await?);
        }
    }
    Ok(all)
}

async fn view(conn: &mut Conn, case: &Case, who: &SignedIn) -> Result<RecoveryView, Problem> {
    let course = case.recovery.course;
    let approver = decide::may_approve(conn, &who.who, case).await.is_ok();
    let approved = case.approvals.iter().any(|approval| approval.by == who.sign_in.person);
    let (kind, id) = match case.recovery.person {
        Whoever::Staff(id) => ("staff", id.0),
        Whoever::Contact(id) => ("contact", id.0),
    };
    let customer = match case.recovery.customer {
        Some(id) => Some(customer_ref(customer::by_id(conn, case.recovery.provider, id).await?.as_ref(), id)),
        None => None,
    };
    Ok(RecoveryView {
        id: case.recovery.id.0,
        kind,
        person: Person { id, name: case.name() },
        customer,
        lost: course.lost,
        way: course.way,
        state: case.state,
        asked_at: course.asked_at.map(Timestamp),
        ready_at: course.ready_at.map(Timestamp),
        expires_at: course.expires_at.into(),
        ended: course.ended,
        ended_at: case.recovery.ended_at.map(Timestamp),
        approvals: approvals(conn, case).await?,
        mine: case.recovery.person == who.sign_in.person,
        may_approve: approver && !approved && case.state == RecoveryState::Waiting,
        needs_words: course.way != Some(Way::Provider),
    })
}

async fn approvals(conn: &mut Conn, case: &Case) -> Result<Vec<ApprovalView>, Problem> {
    let provider = case.recovery.provider;
    let mut all = vec![];
    for approval in &case.approvals {
        let (by, whoever) = match approval.by {
            Whoever::Staff(id) => {
                let found = staff::by_id(conn, provider, id).await?;
                let name = found.as_ref().map_or_else(|| "–".into(), |s| s.name());
                (Person { id: id.0, name }, found.map(Who::Staff))
            }
            Whoever::Contact(id) => {
                let found = contact::by_id(conn, provider, id).await?;
                let name = found.as_ref().map_or_else(|| "–".into(), |c| c.name());
                (Person { id: id.0, name }, found.map(Who::Contact))
            }
        };
        let counts = match whoever {
            Some(whoever) => decide::may_approve(conn, &whoever, case).await.is_ok(),
            None => false,
        };
        all.push(ApprovalView { by, at: approval.at.into(), counts });
    }
    Ok(all)
}

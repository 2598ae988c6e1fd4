//! Approving and refusing. Who may is the rules' to say, and it is asked inside the transaction.

use axum::http::StatusCode;
use pforte_core::{
    entry::Event,
    kernel::{Language, Moment, RecoveryId, fold},
    pin::recovery_pair,
    recovery::{self as rules, MAX_WRONG_WORDS, RecoveryEnd, RecoveryState, Way},
};
use pforte_store::{
    Change, Conn, Tx,
    recovery::{self, Approval},
    staff,
};

use super::{
    Case, again,
    ask::asks_staff,
    case, over,
    tell::{Post, Step},
};
use crate::{
    cx::App,
    cx::Problem,
    people::must_oversee,
    people::{SignedIn, Who},
    signin,
};

fn not_yours() -> Problem {
    Problem::forbidden("recovery.not_approver", "Somebody else has to approve this.")
}

fn wrong_words() -> Problem {
    let mut problem = Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "recovery.words_wrong",
        "Those are not the two words",
        "Have them read out again. If they are others, somebody else is asking: refuse.",
    );
    problem.fields.insert("words".into(), "Type the two words that the person reads out to you.".into());
    problem
}

fn approved_already() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "recovery.approved",
        "You have approved this",
        "Somebody else's approval is missing, not yours.",
    )
}

/// A recovery that this person may know of; else it is not there.
async fn visible(conn: &mut Conn, who: &SignedIn, id: RecoveryId, now: Moment) -> Result<Case, Problem> {
    let provider = who.sign_in.provider;
    let found = recovery::by_id(conn, provider, id).await?.ok_or_else(Problem::not_found)?;
    let asked = found.course.asked_at.is_some();
    let case = Case::of(conn, found, now).await?.filter(|_| asked).ok_or_else(Problem::not_found)?;
    let sees = match &who.who {
        Who::Staff(_) => case.recovery.course.way.is_some_and(|way| asks_staff(way) || way == Way::Operator),
        Who::Contact(me) => sees(conn, me, &case).await?,
    };
    if sees { Ok(case) } else { Err(Problem::not_found()) }
}

/// Whether a contact is told of it: their own, one they decide on, or one for which the customer has nobody.
pub(super) async fn sees(
    conn: &mut Conn,
    me: &pforte_store::contact::Contact,
    case: &Case,
) -> Result<bool, Problem> {
    let Who::Contact(subject) = &case.who else { return Ok(false) };
    if subject.customer != me.customer {
        return Ok(false);
    }
    let way = case.recovery.course.way;
    Ok(subject.id == me.id
        || way == Some(Way::Provider)
        || case::deciders(conn, subject).await?.contains(&me.id))
}

/// Refuses who may not approve it as they are now.
pub(super) async fn may_approve(conn: &mut Conn, who: &Who, case: &Case) -> Result<(), Problem> {
    let may = match (who, case.recovery.course.way) {
        (Who::Contact(me), Some(Way::Colleague)) => match &case.who {
            Who::Contact(subject) => case::deciders(conn, subject).await?.contains(&me.id),
            Who::Staff(_) => false,
        },
        (Who::Staff(me), Some(Way::Staff | Way::Provider)) => {
            let subject = case::profile(conn, &case.who).await?;
            let now = staff::by_id(conn, me.provider, me.id).await?;
            now.is_some_and(|me| case::overseer(&me).may_approve(&subject))
        }
        _ => false,
    };
    if may { Ok(()) } else { Err(not_yours()) }
}

fn may_decide_at_all(who: &SignedIn) -> Result<(), Problem> {
    match &who.who {
        Who::Staff(staff) => must_oversee(staff),
        Who::Contact(_) if who.sign_in.strength.may_approve() => Ok(()),
        Who::Contact(_) => {
            Err(Problem::forbidden("sign_in.needs_confirmation", "Confirm with your password first."))
        }
    }
}

/// Whether these are the words of this recovery, in either language.
fn right_words(app: &App, id: RecoveryId, typed: &str) -> bool {
    let typed: Vec<String> =
        typed.split(|c: char| !c.is_alphanumeric()).map(fold).filter(|w| !w.is_empty()).collect();
    [Language::German, Language::English].into_iter().any(|language| {
        let (first, second) = recovery_pair(&app.secrets.pin, id, language);
        typed == [fold(first), fold(second)]
    })
}

/// What an approval came to.
#[derive(Debug)]
pub struct Approved {
    /// Nobody's word is missing any more.
    pub complete: bool,
    /// To be handed over by another way than mail; shown once.
    pub code: Option<String>,
}

enum Outcome {
    Approved(Approved, Option<Box<Post>>),
    Mistaken(Option<Box<Post>>),
}

/// Approves. The person reads two words out, so that nobody approves somebody else's; where the provider decides for a
/// customer who has nobody, a code goes to the person by another way instead.
pub async fn approve(app: &App, who: &SignedIn, id: RecoveryId, words: &str) -> Result<Approved, Problem> {
    may_decide_at_all(who)?;
    let now = app.sources.now();
    let mut conn = app.read().await?;
    let found = visible(&mut conn, who, id, now).await?;
    may_approve(&mut conn, &who.who, &found).await?;
    drop(conn);
    let way = found.recovery.course.way.ok_or_else(over)?;
    let right = way == Way::Provider || right_words(app, id, words);
    let work = Approving {
        now,
        right,
        who: who.who.clone(),
        way,
        approval: Approval { by: who.sign_in.person, at: now },
        approval_id: app.sources.id(now),
        code: (way == Way::Provider).then(|| signin::new_code(app)),
        code_hash: None,
        entries: [
            Event::RecoveryApproved { recovery: id, complete: false },
            Event::RecoveryMistaken { recovery: id },
        ]
        .map(|event| found.entry(app, now, who.actor(), event)),
        ended: found.entry(
            app,
            now,
            who.actor(),
            Event::RecoveryEnded { recovery: id, how: RecoveryEnd::Guessed },
        ),
        ready: Post::new(app, &found, Step::Ready { by: name_of(&who.who) }, now).await?,
        guessed: Post::new(
            app,
            &found,
            Step::Stopped { how: RecoveryEnd::Guessed, by: name_of(&who.who) },
            now,
        )
        .await?,
        found,
    };
    let work = Approving { code_hash: work.code.as_deref().map(|code| signin::hash_code(app, code)), ..work };
    match app.writer.change(move |tx| Box::pin(work.run(tx))).await? {
        Outcome::Approved(approved, post) => {
            match post {
                Some(post) => post.publish(app),
                None => super::tell::changed(app, &visible(&mut *app.read().await?, who, id, now).await?),
            }
            Ok(approved)
        }
        Outcome::Mistaken(post) => {
            if let Some(post) = post {
                post.publish(app);
            }
            Err(wrong_words())
        }
    }
}

pub(super) fn name_of(who: &Who) -> String {
    match who {
        Who::Staff(staff) => staff.name(),
        Who::Contact(contact) => contact.name(),
    }
}

/// What the transaction needs, made before it.
struct Approving {
    now: Moment,
    right: bool,
    who: Who,
    way: Way,
    approval: Approval,
    approval_id: uuid::Uuid,
    code: Option<String>,
    code_hash: Option<String>,
    entries: [pforte_core::entry::Entry; 2],
    ended: pforte_core::entry::Entry,
    ready: Post,
    guessed: Post,
    found: Case,
}

impl Approving {
    async fn run(self, tx: &mut Tx) -> Result<Change<Outcome>, Problem> {
        let now = self.now;
        let case = again(tx, &self.found, now).await?;
        if case.state != RecoveryState::Waiting || case.recovery.course.way != Some(self.way) {
            return Err(over());
        }
        may_approve(tx.conn(), &self.who, &case).await?;
        let [approved, mistaken] = self.entries;
        if !self.right {
            if recovery::count_words(tx, &case.recovery).await? < MAX_WRONG_WORDS {
                return Ok(Change::logged(Outcome::Mistaken(None), mistaken));
            }
            recovery::end(tx, &case.recovery, RecoveryEnd::Guessed, now).await?;
            self.guessed.save(tx).await?;
            let raised = self.guessed.raised();
            let outcome = Outcome::Mistaken(Some(Box::new(self.guessed)));
            return Ok(Change::logged(outcome, mistaken).and(self.ended).and_all(raised));
        }
        if !recovery::approve(tx, &case.recovery, self.approval_id, self.approval).await? {
            return Err(approved_already());
        }
        let after = again(tx, &case, now).await?;
        if after.state == RecoveryState::Waiting {
            let outcome = Outcome::Approved(Approved { complete: false, code: None }, None);
            return Ok(Change::logged(outcome, approved));
        }
        let until = rules::approved_until(self.way, now);
        let first = recovery::make_ready(tx, &case.recovery, until, self.code_hash.as_deref()).await?;
        if first {
            self.ready.save(tx).await?;
        }
        let event = Event::RecoveryApproved { recovery: case.recovery.id, complete: true };
        let entry = pforte_core::entry::Entry { event, ..approved };
        let code = self.code.filter(|_| first);
        let outcome = Outcome::Approved(Approved { complete: true, code }, Some(Box::new(self.ready)));
        Ok(Change::logged(outcome, entry))
    }
}

/// Says no, or that it was not me; possible until it is done, also for those who signed in by a link: shutting always is.
pub async fn refuse(app: &App, who: &SignedIn, id: RecoveryId) -> Result<(), Problem> {
    if let Who::Staff(staff) = &who.who {
        must_oversee(staff)?;
    }
    let now = app.sources.now();
    let found = visible(&mut *app.read().await?, who, id, now).await?;
    let how = if found.recovery.person == who.sign_in.person {
        RecoveryEnd::Objected
    } else {
        RecoveryEnd::Refused
    };
    super::stop::end(app, &found, (how, who.actor(), name_of(&who.who)), now).await
}

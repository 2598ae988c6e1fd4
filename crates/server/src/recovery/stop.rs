//! Stopping: the person takes it back, or says that it was not them; also afterwards. Stopping never needs more than
//! being told of it.

use axum::http::StatusCode;
use pforte_core::{
    entry::{Actor, Event},
    kernel::{Moment, RecoveryId},
    recovery::{OBJECT_AFTER, RecoveryEnd, RecoveryState},
};
use pforte_store::{
    Change, Tx, contact, recovery,
    sign_in::{self},
    staff,
};
use uuid::Uuid;

use super::{
    Case, again, finish, over,
    tell::{Post, Step},
};
use crate::{
    cx::App,
    cx::{Problem, sources::hash_token},
    mail,
    people::Who,
};

/// What whoever reads the person's mail can stop it with: nothing else can be done with it, and it is kept nowhere.
fn stop_token(app: &App, id: RecoveryId) -> String {
    let id = id.0.simple().to_string();
    let proof = app.secrets.code_hash(&format!("stop recovery {id}"));
    format!("{id}.{proof}")
}

/// The link that stops it.
pub(super) fn stop_link(app: &App, id: RecoveryId) -> String {
    mail::sealed_link(app, "/recovery/stop", &stop_token(app, id))
}

/// Takes it back.
pub async fn withdraw(app: &App, key: &str) -> Result<(), Problem> {
    let found = super::by_key(app, key).await?;
    let by = (RecoveryEnd::Withdrawn, found.actor(), found.name());
    let now = app.sources.now();
    end(app, &found, by, now).await
}

/// “That was not me.” Before it is done it ends; afterwards no secret of the account counts any more, and whoever is
/// signed in is out.
pub async fn object(app: &App, token: &str) -> Result<(), Problem> {
    let now = app.sources.now();
    let id = token.split_once('.').and_then(|(id, _)| Uuid::try_parse(id).ok()).ok_or_else(over)?;
    let id = RecoveryId(id);
    if hash_token(&stop_token(app, id)) != hash_token(token) {
        return Err(over());
    }
    let mut conn = app.read().await?;
    let found = recovery::by_proof(&mut conn, id).await?.ok_or_else(over)?;
    let case = Case::of(&mut conn, found, now).await?.ok_or_else(over)?;
    drop(conn);
    if case.state != RecoveryState::Over {
        let by = (RecoveryEnd::Objected, case.actor(), case.name());
        return end(app, &case, by, now).await;
    }
    let done = case.recovery.course.ended == Some(RecoveryEnd::Done);
    let lately = case.recovery.ended_at.is_some_and(|at| now < at + OBJECT_AFTER);
    if done && lately { shut(app, &case, now).await } else { Err(over()) }
}

/// Ends it with whatever follows from how.
pub(super) async fn end(
    app: &App,
    found: &Case,
    (how, by, name): (RecoveryEnd, Actor, String),
    now: Moment,
) -> Result<(), Problem> {
    let event = Event::RecoveryEnded { recovery: found.recovery.id, how };
    let entry = found.entry(app, now, by, event);
    let post = Post::new(app, found, Step::Stopped { how, by: name }, now).await?;
    let was = found.clone();
    let post = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let case = again(tx, &was, now).await?;
                if !recovery::end(tx, &case.recovery, how, now).await? {
                    return Err(over());
                }
                post.save(tx).await?;
                let raised = post.raised();
                Ok::<_, Problem>(Change::logged(post, entry).and_all(raised))
            })
        })
        .await?;
    post.publish(app);
    Ok(())
}

/// Shuts the account: a password that nobody knows, and everything ends.
async fn shut(app: &App, found: &Case, now: Moment) -> Result<(), Problem> {
    let nobodys = app.passwords.hash(app.sources.token(), app.sources.bytes()).await;
    let sealed = app.secrets.seal(app.sources.bytes(), &app.sources.bytes::<20>());
    let (Some(hash), Some(sealed)) = (nobodys, sealed) else {
        return Err(Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something failed",
            "Try again.",
        ));
    };
    let entry = found.entry(app, now, found.actor(), Event::AccountShut { recovery: found.recovery.id });
    let post = Post::new(app, found, Step::Shut, now).await?;
    let was = found.clone();
    let ending = finish::Ending::new(app, found, now);
    let (post, ended) = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                // Once: whoever set secrets anew since is not shut out by an old mail.
                let first = recovery::take_back(tx, &was.recovery).await?;
                if !first || !close(tx, &was, (&hash, &sealed)).await? {
                    return Err(over());
                }
                recovery::replace(tx, &was.recovery, now).await?;
                let (ended, further) = ending.run(tx).await?;
                post.save(tx).await?;
                let raised = post.raised();
                Ok::<_, Problem>(Change::logged((post, ended), entry).and_all(further).and_all(raised))
            })
        })
        .await?;
    ended.tell(app).await;
    post.publish(app);
    Ok(())
}

/// `false` when the secrets were changed since: then somebody is at it who has them.
async fn close(tx: &mut Tx, was: &Case, (hash, sealed): (&str, &str)) -> Result<bool, Problem> {
    let provider = was.recovery.provider;
    Ok(match &was.who {
        Who::Staff(_) => {
            let sign_in::Person::Staff(id) = was.recovery.person else { return Ok(false) };
            match staff::by_id(tx.conn(), provider, id).await? {
                Some(now) => staff::recover(tx, &now, hash, sealed).await?,
                None => false,
            }
        }
        Who::Contact(person) => match contact::by_id(tx.conn(), provider, person.id).await? {
            Some(now) => contact::recover(tx, &now, Some(hash), None).await?,
            None => false,
        },
    })
}

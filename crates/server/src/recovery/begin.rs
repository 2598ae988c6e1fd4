//! Opening the link, once: whatever opened it holds the key from then on, and nobody else.

use pforte_core::{
    entry::Event,
    kernel::Moment,
    recovery::{Lost, OPERATOR_SPAN, Way},
};
use pforte_store::{Change, recovery};

use super::{Case, over, view::RecoveryKey};
use crate::{
    cx::App,
    cx::{Problem, sources::hash_token},
};

/// Uses the link up, and answers the key.
pub async fn begin(app: &App, token: &str) -> Result<RecoveryKey, Problem> {
    let now = app.sources.now();
    let mut conn = app.read().await?;
    let found = recovery::by_link(&mut conn, &hash_token(token)).await?.ok_or_else(over)?;
    let case = Case::living(&mut conn, found, now).await?;
    drop(conn);
    let key = app.sources.token();
    let key_hash = hash_token(&key);
    let entry = case.entry(app, now, case.actor(), Event::RecoveryBegun { recovery: case.recovery.id });
    let begun = case.clone();
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                if !recovery::begin(tx, &begun.recovery, &key_hash, now).await? {
                    return Err(over());
                }
                if begun.recovery.course.way == Some(Way::Operator) {
                    // Nobody has to be asked: whoever runs the server has said so.
                    let until: Moment = now + OPERATOR_SPAN;
                    recovery::replace(tx, &begun.recovery, now).await?;
                    recovery::ask(tx, &begun.recovery, (Lost::Both, Way::Operator), until, now).await?;
                }
                Ok::<_, Problem>(Change::logged((), entry))
            })
        })
        .await?;
    let case = super::by_key(app, &key).await?;
    Ok(RecoveryKey { view: super::view::own(app, &case).await?, key })
}

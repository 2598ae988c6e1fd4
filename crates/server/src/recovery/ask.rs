//! Asking for approval: what is lost is fixed here, who has to agree is told, and earlier requests of the person end.

use pforte_core::{
    entry::{Entry, Event},
    kernel::Moment,
    recovery::{self as rules, Lost, RecoveryEnd, RecoveryState, Way},
};
use pforte_store::{Change, Tx, recovery};

use super::{
    Case, again, case, must_be, over,
    tell::{Post, Step},
    view::{self, OwnRecovery},
};
use crate::{cx::App, cx::Problem, people::Who};

/// More of one person's are never open at a time: links are counted.
const OPEN_MAX: usize = 40;

/// Asks for approval. Where only the second factor is lost, the password has to be right.
pub async fn ask(app: &App, key: &str, lost: Lost, password: Option<String>) -> Result<OwnRecovery, Problem> {
    let now = app.sources.now();
    let found = super::by_key(app, key).await?;
    must_be(&found, RecoveryState::Begun)?;
    fits(&found, lost)?;
    if !lost.password() {
        super::finish::check_password(app, &found, password.unwrap_or_default()).await?;
    }
    let way = case::way(&mut *app.read().await?, &found.who).await?;
    let post = Post::new(app, &found, Step::Asked { lost, way }, now).await?;
    let asked = Event::RecoveryAsked { recovery: found.recovery.id, lost, way };
    let entry = found.entry(app, now, found.actor(), asked);
    let ended: Vec<Entry> = (0..OPEN_MAX).map(|_| replaced(app, &found, now)).collect();
    let was = found.clone();
    let post = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                let case = again(tx, &was, now).await?;
                must_be(&case, RecoveryState::Begun)?;
                // Those who were told are those who can agree.
                if case::way(tx.conn(), &case.who).await? != way {
                    return Err(over());
                }
                let entries = replace(tx, &case, ended, now).await?;
                let until = rules::asked_until(way, now);
                if !recovery::ask(tx, &case.recovery, (lost, way), until, now).await? {
                    return Err(over());
                }
                post.save(tx).await?;
                Ok::<_, Problem>(Change::logged(post, entry).and_all(entries))
            })
        })
        .await?;
    post.publish(app);
    view::own(app, &super::by_key(app, key).await?).await
}

fn replaced(app: &App, case: &Case, now: Moment) -> Entry {
    let how = RecoveryEnd::Replaced;
    case.entry(app, now, case.actor(), Event::RecoveryEnded { recovery: case.recovery.id, how })
}

/// Ends the person's other ones; the later takes the place of the earlier.
async fn replace(tx: &mut Tx, case: &Case, entries: Vec<Entry>, now: Moment) -> Result<Vec<Entry>, Problem> {
    let ended = recovery::replace(tx, &case.recovery, now).await?;
    let how = RecoveryEnd::Replaced;
    let named = ended.into_iter().zip(entries);
    Ok(named
        .map(|(recovery, entry)| Entry { event: Event::RecoveryEnded { recovery, how }, ..entry })
        .collect())
}

/// A second factor that nobody had cannot be lost.
fn fits(case: &Case, lost: Lost) -> Result<(), Problem> {
    let has_codes = match &case.who {
        Who::Staff(_) => true,
        Who::Contact(contact) => contact.totp_confirmed,
    };
    if lost == Lost::Password || has_codes {
        return Ok(());
    }
    Err(Problem::input([("lost", "There were no codes: say that the password is lost.")]))
}

/// Whether a way asks staff.
pub(super) const fn asks_staff(way: Way) -> bool {
    matches!(way, Way::Staff | Way::Provider)
}

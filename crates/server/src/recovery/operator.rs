//! Whoever runs the server has a link printed for somebody who is locked out and whom nobody can approve: the only
//! lead, the only admin. It is told to the person and to all leads and admins at once, and stands in the log.

use pforte_core::{entry::Actor, kernel::Moment, recovery::OPERATOR_SPAN};
use pforte_store::{Change, staff};

use super::{
    Case,
    link::{Link, Whose},
    tell::{Post, Step},
};
use crate::{cx::App, cx::Problem, people::Who};

/// The link, and until when it is good.
#[derive(Debug)]
pub struct Printed {
    pub name: String,
    pub url: String,
    pub expires_at: Moment,
}

/// Makes a link for one of the staff.
pub async fn print_link(app: &App, provider: Option<&str>, username: &str) -> Result<Printed, Problem> {
    let provider = app.provider(provider).await?.ok_or_else(Problem::not_found)?;
    let username = username.trim().to_lowercase();
    let found = staff::by_username(&mut *app.read().await?, provider.id, &username).await?;
    let member = found.filter(|s| s.active).ok_or_else(Problem::not_found)?;
    let now = app.sources.now();
    let expires_at = now + OPERATOR_SPAN;
    let link = Link::new(app, &Whose::Staff(member.clone()), Some(expires_at), now);
    let case = Case {
        recovery: link.recovery.clone(),
        state: link.recovery.course.state(true, now),
        who: Who::Staff(member.clone()),
        approvals: vec![],
    };
    let post = Post::new(app, &case, Step::Printed, now).await?;
    let url = format!("{}/recovery#{}", app.settings.public_origin, link.token);
    let raised = post.raised().map(|entry| pforte_core::entry::Entry { actor: Actor::System, ..entry });
    let post = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                link.save(tx, now).await?;
                post.save(tx).await?;
                Ok::<_, Problem>(Change::logged(post, link.entry).and_all(raised))
            })
        })
        .await?;
    post.publish(app);
    Ok(Printed { name: member.name(), url, expires_at })
}

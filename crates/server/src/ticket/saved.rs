//! A staff member's saved queues.

use pforte_core::{
    entry::{Actor, Event},
    kernel::ViewId,
};
use pforte_store::{Change, ticket_view, ticket_view::SavedView};

use crate::{
    cx::{App, Problem},
    people::{StaffActor, must_serve},
};

/// Saved queues of one staff member.
const MANY: i64 = 30;

/// Saves a queue under a name.
pub async fn save(app: &App, who: &StaffActor, name: String, query: String) -> Result<SavedView, Problem> {
    must_serve(&who.staff)?;
    let fine = |text: &str, max: usize| text.chars().count() <= max && !text.chars().any(char::is_control);
    if name.trim().is_empty() || !fine(&name, 80) {
        return Err(Problem::input([("name", "Use 1 to 80 characters.")]));
    }
    if !fine(&query, 500) {
        return Err(Problem::input([("query", "Use at most 500 characters.")]));
    }
    let (now, provider, staff) = (app.sources.now(), who.staff.provider, who.staff.id);
    let view = SavedView { id: app.sources.id(now), name: name.trim().to_owned(), query };
    let entry = app.entry(now, provider, Actor::Staff(staff), Event::ViewSaved { view: view.id });
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                if ticket_view::count(tx.conn(), provider, staff).await? >= MANY {
                    return Err(Problem::input([("name", "Thirty are saved already; remove one first.")]));
                }
                ticket_view::insert(tx, provider, staff, &view).await?;
                Ok(Change::logged(view, entry))
            })
        })
        .await
}

/// Removes one of one's own.
pub async fn remove(app: &App, who: &StaffActor, id: ViewId) -> Result<(), Problem> {
    must_serve(&who.staff)?;
    let (now, provider, staff) = (app.sources.now(), who.staff.provider, who.staff.id);
    let entry = app.entry(now, provider, Actor::Staff(staff), Event::ViewRemoved { view: id });
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                if !ticket_view::remove(tx, provider, staff, id).await? {
                    return Err(Problem::not_found());
                }
                Ok(Change::logged((), entry))
            })
        })
        .await
}

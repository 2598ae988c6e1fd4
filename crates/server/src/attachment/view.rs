//! How a file is shown beside its message.

use pforte_core::{
    entry::Event,
    kernel::{EntryId, Moment, ProviderId, StaffId},
};
use pforte_store::{
    Conn,
    attachment::{self, AttachmentRecord, LeaveRecord},
    log, staff,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{kind, leave};
use crate::{
    cx::{App, Problem, Timestamp},
    show::StaffRef,
};

/// Leave to see the original of a file with live secrets (control 48).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LeaveView {
    pub id: Uuid,
    /// `asked`, `given`, `refused` or `ended`.
    pub state: &'static str,
    pub asked_by: StaffRef,
    /// What it is needed for, while it waits or is open; `null` once the log is no longer readable.
    pub why: Option<String>,
    pub given_by: Option<StaffRef>,
    pub ends_at: Option<Timestamp>,
}

/// A file at a message.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AttachmentView {
    pub id: Uuid,
    pub name: String,
    pub media_type: String,
    /// What the HTML of its mail calls it.
    pub content_id: Option<String>,
    /// Of what is shown: the redacted copy, if there is one.
    pub size_bytes: i64,
    /// Whether a page may show it: it is a picture.
    pub inline: bool,
    /// Sessions or tokens stood in it; only a copy without them is shown.
    pub live_secrets: bool,
    /// The newest leave to see the original; for staff alone.
    pub leave: Option<LeaveView>,
}

/// Shows a file; leaves are for staff who serve.
pub async fn attachment_view(
    app: &App,
    conn: &mut Conn,
    file: &AttachmentRecord,
    for_staff: bool,
) -> Result<AttachmentView, Problem> {
    let asked = match for_staff && file.redacted.is_some() {
        true => attachment::leave(conn, file.provider, file.id).await?,
        false => None,
    };
    let leave = match asked {
        Some(asked) => Some(leave_view(conn, &asked, app.sources.now()).await?),
        None => None,
    };
    Ok(AttachmentView {
        id: file.id.0,
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        content_id: file.content_id.clone(),
        size_bytes: file.redacted.as_ref().map_or(file.size_bytes, |copy| copy.size_bytes),
        inline: file.redacted.is_none() && kind::inline(&file.media_type),
        live_secrets: file.redacted.is_some(),
        leave,
    })
}

async fn leave_view(conn: &mut Conn, asked: &LeaveRecord, now: Moment) -> Result<LeaveView, Problem> {
    let state = leave::state(asked, now);
    let why = match state {
        leave::State::Asked | leave::State::Given => why(conn, asked).await?,
        leave::State::Refused | leave::State::Ended => None,
    };
    let given_by = match asked.given_by {
        Some(id) => Some(staff_ref(conn, asked.provider, id).await?),
        None => None,
    };
    Ok(LeaveView {
        id: asked.id.0,
        state: state.word(),
        asked_by: staff_ref(conn, asked.provider, asked.asked_by).await?,
        why,
        given_by,
        ends_at: asked.ends_at.map(Timestamp::from),
    })
}

/// The reason stands in the log alone (rule T22), under the leave's own id.
async fn why(conn: &mut Conn, asked: &LeaveRecord) -> Result<Option<String>, Problem> {
    let entry = log::by_id(conn, asked.provider, EntryId(asked.id.0)).await?;
    Ok(entry.and_then(|entry| match entry.event {
        Event::OriginalAsked { why, .. } => Some(why.as_str().to_owned()),
        _ => None,
    }))
}

async fn staff_ref(conn: &mut Conn, provider: ProviderId, id: StaffId) -> Result<StaffRef, Problem> {
    let found = staff::by_id(conn, provider, id).await?;
    let (name, username) = found.map_or(("–".into(), "–".into()), |s| (s.name(), s.username));
    Ok(StaffRef { id: id.0, name, username })
}

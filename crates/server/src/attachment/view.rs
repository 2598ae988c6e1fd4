//! How a file is shown.

use pforte_core::kernel::Moment;
use pforte_store::{
    Conn,
    attachment::{self, AttachmentRecord, LeaveRecord},
    staff,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    App,
    ground::view::StaffRef,
    kernel::{Problem, Timestamp},
};

/// Pictures that a browser may show in place; their type was read from their bytes.
const SHOWN: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// Leave to see an original (control 48).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LeaveView {
    pub id: Uuid,
    /// `asked`, `given`, `refused` or `ended`.
    pub state: &'static str,
    pub asked_by: StaffRef,
    pub given_by: Option<StaffRef>,
    pub ends_at: Option<Timestamp>,
}

/// A file at a message.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AttachmentView {
    pub id: Uuid,
    pub name: String,
    pub media_type: String,
    pub size_bytes: i64,
    /// Whether it is a picture to show in place.
    pub inline: bool,
    /// Whether it carries live secrets, so that only a redacted copy is shown.
    pub live_secrets: bool,
    /// For staff: the newest leave to see the original.
    pub leave: Option<LeaveView>,
}

/// What a leave is now.
pub fn leave_state(leave: &LeaveRecord, now: Moment) -> &'static str {
    match (leave.refused_at, leave.given_at, leave.ends_at) {
        (Some(_), ..) => "refused",
        (None, Some(_), Some(ends_at)) if now < ends_at => "given",
        (None, Some(_), _) => "ended",
        (None, None, _) => "asked",
    }
}

/// Shows a file; leaves are for staff.
pub async fn attachment_view(
    app: &App,
    conn: &mut Conn,
    file: &AttachmentRecord,
    for_staff: bool,
) -> Result<AttachmentView, Problem> {
    let leave = match file.redacted.is_some() && for_staff {
        true => attachment::leave(conn, file.provider, file.id).await?,
        false => None,
    };
    let leave = match leave {
        Some(leave) => Some(leave_view(app, conn, &leave).await?),
        None => None,
    };
    Ok(AttachmentView {
        id: file.id.0,
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        size_bytes: file.redacted.as_ref().map_or(file.size_bytes, |copy| copy.size_bytes),
        inline: SHOWN.contains(&file.media_type.as_str()),
        live_secrets: file.redacted.is_some(),
        leave,
    })
}

async fn leave_view(app: &App, conn: &mut Conn, leave: &LeaveRecord) -> Result<LeaveView, Problem> {
    let mut people = Vec::with_capacity(2);
    for id in [Some(leave.asked_by), leave.given_by] {
        let member = match id {
            Some(id) => staff::by_id(conn, leave.provider, id).await?,
            None => None,
        };
        people.push(member.map(|m| StaffRef { id: m.id.0, name: m.name(), username: m.username }));
    }
    let given_by = people.pop().flatten();
    Ok(LeaveView {
        id: leave.id.0,
        state: leave_state(leave, app.sources.now()),
        asked_by: people.pop().flatten().ok_or_else(Problem::not_found)?,
        given_by,
        ends_at: leave.ends_at.map(Timestamp),
    })
}

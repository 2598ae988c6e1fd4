//! The connection to an IMAP server.

use tokio::time::timeout;

use super::{Settings, Trouble};
use crate::transport::{
    dial::{Secured, To, dial},
    stream::Stream,
};

/// Connects, within the time for one answer.
pub(super) async fn connect(settings: &Settings) -> Result<Box<dyn Stream>, Trouble> {
    let secured = if settings.tls { Secured::Implicit } else { Secured::None };
    let to = To { host: &settings.host, port: settings.port, secured, ca: settings.ca.as_deref() };
    let dialled = timeout(settings.waits.answer, dial(to, "")).await.map_err(|_| Trouble::Silent)?;
    Ok(dialled?.0)
}

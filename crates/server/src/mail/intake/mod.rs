//! Taking mail in: what the transports hand over becomes a ticket, a message or a mail in quarantine.
//!
//! Must answer `Ok` only after the message is durable, and never refuse one for its content.

use pforte_mail::transport::{Handed, Intake, TakeError, Taken};

use crate::Shared;

/// The application as the transports see it.
pub fn intake(app: Shared) -> impl Intake {
    AppIntake { app }
}

struct AppIntake {
    app: Shared,
}

impl Intake for AppIntake {
    fn accepts(&self, recipient: &str) -> bool {
        self.app.is_support_address(recipient)
    }

    async fn take(&self, _handed: Handed) -> Result<Taken, TakeError> {
        Err(TakeError::Later("not yet".into()))
    }
}

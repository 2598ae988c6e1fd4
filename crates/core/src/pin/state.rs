//! A PIN from its issue to its end. Transitions consume it, so that none is used twice.

use serde::{Deserialize, Serialize};

use crate::{
    access::{ContactFacts, PIN_SPAN, PinGround},
    kernel::{ContactId, CustomerId, GroundId, Moment, PinId, StaffId, words},
};

/// One support PIN of one contact (rules B7 to B9). Its digits come from the key and its id alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    pub id: PinId,
    pub customer: CustomerId,
    pub contact: ContactId,
    pub issued_at: Moment,
    pub state: PinState,
}

/// What became of a PIN. Expiry is computed ([`Pin::live`]), never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PinState {
    /// Neither used nor killed; good until it expires.
    Unused,
    Redeemed {
        at: Moment,
        by: StaffId,
        ground: GroundId,
    },
    Dead {
        at: Moment,
        why: DeadWhy,
    },
}

words! {
    /// Why a PIN that nobody redeemed is gone.
    DeadWhy {
        /// Five wrong guesses (control 4).
        Guesses = "guesses",
        /// Staff deactivated it (rule B8, control 11).
        Deactivated = "deactivated",
        /// The contact asked for another one.
        Renewed = "renewed",
        /// The contact lost the right, or left.
        Contact = "contact",
        /// Its hour was over when another one was issued.
        Expired = "expired",
    }
}

impl Pin {
    /// A new PIN, good for 60 minutes from now.
    pub const fn issue(id: PinId, customer: CustomerId, contact: ContactId, now: Moment) -> Self {
        Self { id, customer, contact, issued_at: now, state: PinState::Unused }
    }

    /// From this instant on it is not good any more (control 2).
    pub fn expires_at(&self) -> Moment {
        self.issued_at + PIN_SPAN
    }

    /// Whether it can be redeemed now.
    pub fn live(&self, now: Moment) -> bool {
        self.state == PinState::Unused && now < self.expires_at()
    }

    /// Kills an unused PIN; any other comes back as it is.
    #[must_use]
    pub fn kill(self, why: DeadWhy, now: Moment) -> Self {
        match self.state {
            PinState::Unused => Self { state: PinState::Dead { at: now, why }, ..self },
            PinState::Redeemed { .. } | PinState::Dead { .. } => self,
        }
    }

    /// Uses it up. `None` when it is not live. Only [`super::compare`] calls this.
    pub(super) fn redeem(self, by: StaffId, ground: GroundId, now: Moment) -> Option<Self> {
        self.live(now).then_some(Self { state: PinState::Redeemed { at: now, by, ground }, ..self })
    }

    /// The ground a redeemed PIN opened, for [`crate::access::Facts`]; `None` for any other.
    pub fn ground(&self, contact: ContactFacts, ended: crate::access::Ended) -> Option<PinGround> {
        match self.state {
            PinState::Redeemed { at, by, .. } => {
                Some(PinGround { staff: by, contact, issued_at: self.issued_at, redeemed_at: at, ended })
            }
            PinState::Unused | PinState::Dead { .. } => None,
        }
    }
}

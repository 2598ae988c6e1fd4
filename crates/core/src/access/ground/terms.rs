//! A ground as it is written down: what its terms name, without the state of what they name.

use crate::kernel::{ContactId, Moment, PinId, StaffId, TicketId, words};

words! {
    /// The five kinds of ground.
    GroundKind {
        Pin = "pin",
        Takeover = "takeover",
        Grant = "grant",
        Onboarding = "onboarding",
        SelfGrant = "self_grant",
    }
}

/// What was agreed when the ground came about. Written once; only a call's ticket is added later (rule X5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Terms {
    Pin { staff: StaffId, contact: ContactId, pin: PinId, issued_at: Moment, ticket: Option<TicketId> },
    Takeover { staff: StaffId, contact: ContactId, ticket: TicketId },
    Grant { by: ContactId, staff: Option<StaffId>, products: Option<Vec<String>>, areas: Option<Vec<String>> },
    Onboarding { manager: StaffId, contact: ContactId },
    SelfGrant { staff: StaffId, contact: ContactId },
}

impl Terms {
    pub const fn kind(&self) -> GroundKind {
        match self {
            Self::Pin { .. } => GroundKind::Pin,
            Self::Takeover { .. } => GroundKind::Takeover,
            Self::Grant { .. } => GroundKind::Grant,
            Self::Onboarding { .. } => GroundKind::Onboarding,
            Self::SelfGrant { .. } => GroundKind::SelfGrant,
        }
    }

    /// The one staff member it opens for; `None` opens for whoever meets the conditions (rule T21).
    pub const fn staff(&self) -> Option<StaffId> {
        match self {
            Self::Pin { staff, .. } | Self::Takeover { staff, .. } | Self::SelfGrant { staff, .. } => {
                Some(*staff)
            }
            Self::Onboarding { manager, .. } => Some(*manager),
            Self::Grant { staff, .. } => *staff,
        }
    }

    /// Whether it can open for this staff member at all.
    pub fn opens_for(&self, id: StaffId) -> bool {
        self.staff().is_none_or(|staff| staff == id)
    }

    /// Whom visits on it act as; a grant leaves the choice.
    pub const fn acting_as(&self) -> Option<ContactId> {
        match self {
            Self::Pin { contact, .. }
            | Self::Takeover { contact, .. }
            | Self::Onboarding { contact, .. }
            | Self::SelfGrant { contact, .. } => Some(*contact),
            Self::Grant { .. } => None,
        }
    }

    /// The contact at the customer whom it concerns: whom visits act as, or who granted it.
    pub const fn contact(&self) -> ContactId {
        match self {
            Self::Pin { contact, .. }
            | Self::Takeover { contact, .. }
            | Self::Onboarding { contact, .. }
            | Self::SelfGrant { contact, .. } => *contact,
            Self::Grant { by, .. } => *by,
        }
    }

    /// The ticket that was taken over, or that the call became.
    pub const fn ticket(&self) -> Option<TicketId> {
        match self {
            Self::Takeover { ticket, .. } => Some(*ticket),
            Self::Pin { ticket, .. } => *ticket,
            Self::Grant { .. } | Self::Onboarding { .. } | Self::SelfGrant { .. } => None,
        }
    }

    /// Whether it rests on the contact's right to ask for support by mail, phone and PIN (rule P2): it ends
    /// with that right.
    pub const fn rests_on_support(&self) -> bool {
        matches!(self, Self::Pin { .. })
    }

    /// Whether it can open again after its time was up: a takeover sleeps while its ticket is closed, and the
    /// customer's next word wakes it (rule B13).
    pub const fn wakes(&self) -> bool {
        matches!(self, Self::Takeover { .. })
    }
}

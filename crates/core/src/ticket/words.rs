//! The words of tickets, as database, API and log use them.

use crate::kernel::words;

words! {
    /// How a request came in.
    TicketChannel { Portal = "portal", Mail = "mail", Phone = "phone", Voice = "voice", Chat = "chat" }
}

words! {
    /// How soon somebody should look.
    Priority { Low = "low", Normal = "normal", High = "high", Urgent = "urgent" }
}

words! {
    /// Who opened or reopened a ticket (rules B10, B13).
    Opener {
        /// The customer's own word, in the portal or by a proven or confirmed mail ([`super::Worth::Own`]).
        Customer = "customer",
        /// Staff, also for somebody on the telephone.
        Staff = "staff",
        /// Somebody at the customer's who signed in only by a link from a mail (rule X8).
        Link = "link",
        /// A colleague who only reads along (rule X2).
        Along = "along",
        /// Staff made it of a mail whose sender is not proven.
        Unproven = "unproven",
    }
}

words! {
    /// What stands in a ticket.
    MessageKind {
        /// Both sides read it.
        Message = "message",
        /// Staff only.
        Note = "note",
        /// What happened, told in a word.
        Event = "event",
    }
}

words! {
    /// How a ticket was closed.
    ClosedHow {
        Customer = "customer",
        Staff = "staff",
        /// Fourteen days without the customer's answer (rule B14).
        Silence = "silence",
        Merged = "merged",
    }
}

words! {
    /// What a ticket is at an instant.
    TicketState {
        /// Waits for staff, and nobody has it.
        New = "new",
        /// Waits for the staff member who has it.
        Open = "open",
        /// Waits for the customer.
        Waiting = "waiting",
        Closed = "closed",
        Locked = "locked",
    }
}

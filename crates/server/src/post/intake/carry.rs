//! Carrying out what was judged.

use pforte_core::sender::{Disposition, Verdict};

use super::{
    bounce::bounce,
    gather::Gathered,
    hold::{Answer, hold},
    letter::Letter,
    written::into_ticket,
};
use crate::cx::{Problem, Shared};

/// Carries out the verdict on a mail that was just handed over; `None` when nothing was written, because
/// it or its signature was written meanwhile.
pub async fn carry_out(
    app: &Shared,
    letter: Letter,
    gathered: Gathered,
    verdict: Verdict,
) -> Result<Option<()>, Problem> {
    match verdict.disposition {
        Disposition::Open => into_ticket(app, letter, &gathered, None, None).await,
        Disposition::Append { ticket }
        | Disposition::Reopen { ticket }
        | Disposition::FollowUp { ticket } => into_ticket(app, letter, &gathered, Some(ticket), None).await,
        Disposition::Challenge { ticket } => hold(app, letter, ticket, Some(Answer::Challenge)).await,
        Disposition::Quarantine { ticket } => {
            hold(app, letter, ticket, verdict.answer.map(Answer::Automatic)).await
        }
        Disposition::Bounce => bounce(app, letter, gathered.bounced).await,
    }
}

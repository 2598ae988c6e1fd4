//! Why the customer's product is entered: as it is given and as it is shown.

use pforte_core::{
    entry::{FieldRefusal, Reason},
    kernel::ReasonCategory,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::cx::Problem;

/// Why the customer's product is entered.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonBody {
    /// `fault`, `question`, `setup`, `change`, `performance` or `other`.
    #[schema(value_type = String)]
    pub category: ReasonCategory,
    pub text: String,
}

/// Why it was opened; `null` once the log entry is no longer readable.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReasonView {
    #[schema(value_type = String)]
    pub category: ReasonCategory,
    pub text: String,
}

impl From<&Reason> for ReasonView {
    fn from(reason: &Reason) -> Self {
        Self { category: reason.category, text: reason.text().to_owned() }
    }
}

/// What is wrong with a field.
pub(crate) fn field(refusal: FieldRefusal) -> Problem {
    Problem::input([(refusal.field, refusal.to_string())])
}

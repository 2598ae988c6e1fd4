//! Who may, by role: compared nowhere else but in the one decision.

use pforte_core::kernel::StaffRole;
use pforte_store::staff::Staff;

use crate::{cx::Problem, door::staff_facts};

/// Leads and admins see alarms, sessions and staff of the whole provider.
pub fn oversees(staff: &Staff) -> bool {
    staff.leads() || staff.roles.contains(&StaffRole::Admin)
}

/// Refuses guests: they see only the tickets they were invited to (rule M6).
pub fn must_serve(staff: &Staff) -> Result<(), Problem> {
    if staff.roles.iter().any(|role| *role != StaffRole::Guest) {
        return Ok(());
    }
    Err(Problem::forbidden("staff.guest", "Guests see only what they were invited to."))
}

/// Refuses everybody but leads and admins.
pub fn must_oversee(staff: &Staff) -> Result<(), Problem> {
    if oversees(staff) {
        return Ok(());
    }
    Err(Problem::forbidden("staff.leads_only", "This is for leads and admins."))
}

/// Refuses everybody but leads: admins run the server, leads answer for access.
pub fn must_lead(staff: &Staff) -> Result<(), Problem> {
    if staff.leads() {
        return Ok(());
    }
    Err(Problem::forbidden("staff.leads_only", "This is for leads."))
}

/// Refuses everybody but admins.
pub fn must_administer(staff: &Staff) -> Result<(), Problem> {
    if staff.roles.contains(&StaffRole::Admin) {
        return Ok(());
    }
    Err(Problem::forbidden("staff.admins_only", "This is for admins."))
}

/// Refuses everybody but admins and support leads: they invite guests, and take them off again.
pub fn must_invite(staff: &Staff) -> Result<(), Problem> {
    if staff.roles.iter().any(|role| matches!(role, StaffRole::Admin | StaffRole::SupportLead)) {
        return Ok(());
    }
    Err(Problem::forbidden("staff.leads_only", "This is for support leads and admins."))
}

/// What a staff member lacks to enter a customer's product (rule T21).
pub(crate) fn lacks(staff: &Staff) -> Option<Problem> {
    let lacks = staff_facts(staff).lacks();
    if lacks.is_empty() {
        return None;
    }
    let mut problem = Problem::forbidden("staff.lacks", "Something is missing before you may enter.");
    problem.fields = lacks.iter().map(|lack| (lack.word().to_owned(), "missing".to_owned())).collect();
    Some(problem)
}

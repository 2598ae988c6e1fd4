//! How Pforte signs in to somebody's mail server.

use std::sync::Arc;

use secrecy::SecretString;

use crate::oauth::SignIn;

/// Who signs in, and with what.
#[derive(Clone, Debug)]
pub struct Login {
    pub user: String,
    pub with: With,
}

#[derive(Clone, Debug)]
pub enum With {
    Password(SecretString),
    /// A token (XOAUTH2).
    Token(Arc<SignIn>),
}

impl Login {
    /// With a password.
    pub fn password(user: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self { user: user.into(), with: With::Password(password.into()) }
    }

    /// With tokens.
    pub fn token(user: impl Into<String>, sign_in: Arc<SignIn>) -> Self {
        Self { user: user.into(), with: With::Token(sign_in) }
    }
}

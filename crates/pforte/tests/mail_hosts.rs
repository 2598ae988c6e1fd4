//! Mail hosts from the command line: trying servers out, and signing in for tokens.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use pforte_testkit::{CLIENT_SECRET, Dovecot, MAILBOX_PASSWORD, Postfix, Takes, TokenServer};
use tempfile::TempDir;

const PFORTE: &str = env!("CARGO_BIN_EXE_pforte");
const USER: &str = "support@nordlicht.example";

fn pforte(arguments: &[&str], config: &Path) -> Command {
    let mut command = Command::new(PFORTE);
    for name in ["PFORTE_CONFIG", "PFORTE_PIN_KEY", "PFORTE_SEAL_KEY", "PFORTE_TOKEN_KEYS"] {
        command.env_remove(name);
    }
    command.args(arguments).arg("--config").arg(config);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), output.stderr.as_slice()].concat()).into_owned()
}

fn run(arguments: &[&str], config: &Path, succeeds: bool) -> String {
    let output = pforte(arguments, config).output().expect("the program runs");
    assert_eq!(output.status.success(), succeeds, "{}", told(&output));
    told(&output)
}

/// A folder with keys, secrets and a configuration without mail, and what that says.
fn folder() -> (TempDir, PathBuf, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("pforte.toml");
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:7000\"\npublic_url = \"http://pforte.localhost:7000\"\ndata = \"{}\"\n\
         secrets = \"secrets.toml\"\n[gateway]\nlisten = \"127.0.0.1:7001\"\n\
         public_url = \"http://gate.localhost:7001\"\n",
        folder.path().join("data").display()
    );
    fs::write(&config, &text).expect("writes");
    run(&["init", "--name", "Nordlicht Hosting", "--slug", "nordlicht"], &config, true);
    fs::write(folder.path().join("password"), MAILBOX_PASSWORD).expect("writes");
    fs::write(folder.path().join("client-secret"), CLIENT_SECRET).expect("writes");
    (folder, config, text)
}

fn oauth(tokens: &TokenServer, folder: &Path, more: &str) -> String {
    let settings = tokens.application(folder);
    format!(
        "[[mail.oauth]]\nname = \"host\"\nclient_id = \"the-app\"\nclient_secret_file = \"client-secret\"\n\
         token_url = \"{}\"\nscope = \"mail\"\n{more}\n",
        settings.token_url
    )
}

/// Each server is tried, and one sentence says what was found.
#[test]
fn m11_check_config_connect_tries_each_server_and_says_what_it_found() {
    let tokens = TokenServer::start(USER);
    let Some(dovecot) = Dovecot::with_tokens(&tokens.introspection()) else { return };
    let Some(postfix) = Postfix::start(&dovecot, Takes::All) else { return };
    let (folder, config, text) = folder();
    fs::write(folder.path().join("smtp.pem"), &postfix.certificate).expect("writes");
    fs::write(folder.path().join("imap.pem"), &dovecot.certificate).expect("writes");
    let mail = format!(
        "{}[mail.smtp]\nhost = \"localhost\"\nport = {}\ntls = \"starttls\"\nca = \"smtp.pem\"\nuser = \"{USER}\"\n\
         oauth = \"host\"\n[[support]]\naddress = \"{USER}\"\nbounce_address = \"bounces@nordlicht.example\"\n\
         [support.smtp]\nhost = \"localhost\"\nport = {}\nca = \"smtp.pem\"\nuser = \"{USER}\"\n\
         password_file = \"password\"\n[support.imap]\nhost = \"localhost\"\nport = {}\nca = \"imap.pem\"\n\
         user = \"{USER}\"\noauth = \"host\"\n",
        oauth(&tokens, folder.path(), ""),
        postfix.submission,
        postfix.submissions,
        dovecot.imaps
    );
    fs::write(&config, text.clone() + &mail).expect("writes");
    let said = run(&["check-config"], &config, true);
    assert!(said.contains("client-secret is open to others; run: chmod 600"), "{said}");
    assert_eq!(tokens.given(), 0, "nobody is asked");
    let said = run(&["check-config", "--connect"], &config, true);
    for line in [
        format!(
            "mail out localhost:{} takes mail from bounces@nordlicht.example (TLS, as {USER} with a password)",
            postfix.submissions
        ),
        format!("(STARTTLS, as {USER} with tokens of host)"),
        format!("mailbox  INBOX on localhost:{} can be read (as {USER} with tokens of host)", dovecot.imaps),
        "All of it can be used.".to_owned(),
    ] {
        assert!(said.contains(&line), "{line}\n{said}\n{}", dovecot.told());
    }
    assert_eq!(postfix.told().matches("from=<").count(), 0, "nothing is sent");
    let broken = mail.replace(&format!("port = {}", postfix.submissions), "port = 1");
    fs::write(&config, text.clone() + &broken).expect("writes");
    let said = run(&["check-config", "--connect"], &config, false);
    assert!(said.contains("mail out FAILED: localhost:1 cannot be reached"), "{said}");
    assert!(said.contains("can be read") && said.contains("one server cannot be used"), "{said}");
    assert!(!said.contains("All of it can be used"), "{said}");
    tokens.refuse(Some(("invalid_client", "AADSTS7000222: The provided client secret keys are expired.")));
    let said = run(&["check-config", "--connect"], &config, false);
    assert!(said.contains("AADSTS7000222") && said.contains("3 servers cannot be used"), "{said}");
    for secret in [MAILBOX_PASSWORD, CLIENT_SECRET, "secret-token"] {
        assert!(!said.contains(secret), "{said}");
    }
}

/// Whoever signs in with a code types it in anywhere; the refresh token is kept for its owner only.
#[test]
fn m11_mail_login_with_a_code_keeps_the_refresh_token() {
    use std::os::unix::fs::PermissionsExt;
    let (tokens, (folder, config, text)) = (TokenServer::start(USER), folder());
    let device = tokens.application(folder.path()).device_url.expect("one");
    let more = format!("device_url = \"{device}\"\nrefresh_token_file = \"refresh\"");
    fs::write(&config, text + &oauth(&tokens, folder.path(), &more)).expect("writes");
    let said = run(&["check-config"], &config, false);
    assert!(said.contains("nobody has signed in for host yet; run: pforte mail login host"), "{said}");
    tokens.pending(2);
    let said = run(&["mail", "login", "host"], &config, true);
    assert!(said.contains("https://host.example/device") && said.contains("WDJB-MJHT"), "{said}");
    let file = folder.path().join("refresh");
    assert_eq!(fs::read_to_string(&file).ok().map(|text| text.trim().to_owned()), tokens.refresh_token());
    assert_eq!(fs::metadata(&file).expect("is there").permissions().mode() & 0o777, 0o600);
    assert!(!said.contains("refresh-"), "{said}");
    run(&["check-config"], &config, true);
    tokens.refuse(Some(("access_denied", "")));
    assert!(run(&["mail", "login", "host"], &config, false).contains("no token (access_denied)"));
    assert!(run(&["mail", "login", "nobody"], &config, false).contains("no [[mail.oauth]] is named nobody"));
}

/// Where there are no codes (Gmail), the address of the last page is brought back.
#[test]
fn m11_mail_login_with_a_browser_takes_only_the_page_that_belongs_to_it() {
    let (tokens, (folder, config, text)) = (TokenServer::start(USER), folder());
    let more = "authorize_url = \"https://host.example/auth\"\nrefresh_token_file = \"refresh\"";
    fs::write(&config, text + &oauth(&tokens, folder.path(), more)).expect("writes");
    for (right, succeeds) in [(false, false), (true, true)] {
        let mut child = pforte(&["mail", "login", "host"], &config).spawn().expect("the program runs");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let address =
            lines.by_ref().map_while(Result::ok).find(|line| line.starts_with("https://host.example/auth?"));
        let address = address.expect("an address");
        assert!(address.contains("code_challenge_method=S256") && address.contains("access_type=offline"));
        let state = address.split("&state=").nth(1).and_then(|rest| rest.split('&').next()).expect("a state");
        let state = if right { state } else { "somebody-elses" };
        let page = format!("http://127.0.0.1:47610/?state={state}&code=4%2Fabc\n");
        child.stdin.take().expect("a pipe").write_all(page.as_bytes()).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        drop(lines);
        assert_eq!(output.status.success(), succeeds, "{}", told(&output));
        assert_eq!(folder.path().join("refresh").exists(), succeeds);
    }
    let form = tokens.forms().into_iter().next().expect("one was sent");
    assert_eq!((form["code"].as_str(), form["grant_type"].as_str()), ("4/abc", "authorization_code"));
    assert!(form["code_verifier"].len() >= 43, "{form:?}");
}

//! The command line: what is wrong with a configuration is told with file, line and key; a first start
//! from an empty folder leads to a staff member who is signed in.

mod common;

use std::{
    fs::{self, Permissions},
    io::{Read, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use common::{
    Site, Upstream,
    api::Reply,
    site::{PFORTE, config_text, product_text},
    tools,
};
use http::StatusCode;
use serde_json::json;
use tempfile::TempDir;

const PASSWORD: &str = "vierzehn weisse Kacheln";

/// `pforte` with arguments, without keys from the environment.
fn pforte(arguments: &[&str]) -> Command {
    let mut command = Command::new(PFORTE);
    for name in ["PFORTE_CONFIG", "PFORTE_PIN_KEY", "PFORTE_SEAL_KEY", "PFORTE_TOKEN_KEYS"] {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), output.stderr.as_slice()].concat()).into_owned()
}

/// Runs a verb on a configuration; it has to succeed or to fail, as told.
fn run(verb: &[&str], config: &Path, succeeds: bool) -> String {
    let output = pforte(verb).arg("--config").arg(config).output().expect("the program runs");
    assert_eq!(output.status.success(), succeeds, "{}", told(&output));
    told(&output)
}

fn init(config: &Path) -> String {
    run(&["init", "--name", "Nordlicht Hosting", "--slug", "nordlicht"], config, true)
}

/// Adds a staff member with the password on standard input; answers the secret for one-time codes.
fn staff_add(config: &Path, username: &str, password: &str) -> Result<String, String> {
    let names = ["--first-name", "Ada", "--last-name", "Sand", "--role", "admin,support_lead"];
    let mut command = pforte(&["staff", "add", "--username", username]);
    command.args(["--email", "ada@nordlicht.example"]).args(names).arg("--config").arg(config);
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the program runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(format!("{password}\n").as_bytes()).expect("takes a line");
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    let told = told(&output);
    assert!(!told.contains(password), "it prints the password: {told}");
    if !output.status.success() {
        return Err(told);
    }
    let secret = told.lines().find_map(|line| line.trim().strip_prefix("secret"));
    Ok(secret.unwrap_or_else(|| panic!("no secret: {told}")).trim().to_owned())
}

fn code(secret: &str) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).expect("base 32");
    totp_rs::Builder::new().with_secret(secret).build().expect("fits").generate_current().to_string()
}

/// A configuration that can be used, and what can be done to it.
struct Broken {
    /// What is replaced in it …
    from: &'static str,
    /// … by what.
    to: &'static str,
    /// What the line of the error begins with.
    line: &'static str,
    key: &'static str,
}

const fn broken(from: &'static str, to: &'static str, line: &'static str, key: &'static str) -> Broken {
    Broken { from, to, line, key }
}

const PORTAL: &str = "public_url = \"http://pforte.localhost:7000\"";
const GATE: &str = "public_url = \"http://gate.localhost:7001\"";
const ID: &str = "id = \"panel\"";
const CLASS: &str = "class = \"product\"";

#[rustfmt::skip]
const BROKEN: &[Broken] = &[
    broken("listen = \"127.0.0.1:7000\"", "listen = \"everywhere\"", "listen = \"everywhere\"", "listen"),
    broken("[gateway]", "colour = \"red\"\n[gateway]", "colour", "colour"),
    broken("secrets = \"secrets.toml\"\n", "", "[server]", "[server]"),
    broken("[gateway]", "[gateway", "[gateway", "[gateway"),
    broken(PORTAL, "public_url = \"ftp://pforte.localhost\"", "public_url = \"ftp", "server.public_url"),
    broken(PORTAL, "public_url = \"http://localhost/desk\"", "public_url = \"http://localhost/", "server.public_url"),
    broken(PORTAL, "public_url = \"http://support.example\"", "public_url = \"http://support", "server.public_url"),
    broken(PORTAL, "public_url = \"https://support.example\"", "public_url = \"https://support", "server.public_url"),
    broken(PORTAL, "public_url = \"https://eve@support.example\"", "public_url = \"https://eve", "server.public_url"),
    broken("data = \"data\"", "data = \"data\"\nkey = \"key.pem\"", "key = ", "server.key"),
    broken(GATE, "public_url = \"http://127.0.0.1:7001\"", "public_url = \"http://127", "gateway.public_url"),
    broken(GATE, "public_url = \"http://in.pforte.localhost:7001\"", "public_url = \"http://in.", "gateway.public_url"),
    broken("[gateway]", "[database]\nurl = \"mysql://db.example\"\n[gateway]", "url = \"mysql", "database.url"),
    broken("[server]", "catalogue = [\"nowhere.toml\"]\n[server]", "catalogue", "catalogue"),
    broken(ID, "id = \"My Panel\"", "id = \"My", "product.id"),
    broken("upstream = \"http://127.0.0.1:7002\"", "upstream = \"http://127.0.0.1/panel\"", "upstream", "product.upstream"),
    broken(ID, "id = \"panel\"\nown_origins = [\"panel.example\"]", "own_origins", "product.own_origins"),
    broken(ID, "id = \"panel\"\nupstream_ca = \"nowhere.pem\"", "upstream_ca", "product.upstream_ca"),
    broken(ID, "id = \"panel\"\nrequest_headers = [\"Cookie\"]", "request_headers", "product.request_headers"),
    broken(ID, "id = \"panel\"\nrequest_headers = [\"x_user\"]", "request_headers", "product.request_headers"),
    broken("user = \"X-User\"", "user = \"X User\"", "user = ", "product.identity.user"),
    broken("user = \"X-User\"\ntoken = \"X-Token\"", "staff = \"X-Staff\"", "id = ", "product.identity"),
    broken("method = \"GET\"", "method = \"Get\"", "method", "route.method"),
    broken("path = \"/**\"", "path = \"servers\"", "path", "route.path"),
    broken("area = \"everything\"", "area = \" \"", "area", "route.area"),
    broken("action = \"view\"", "action = \"peek\"", "action", "route.action"),
    broken(CLASS, "class = \"secret\"", "class", "route.class"),
    broken(CLASS, "class = \"product\"\npass = { json = [\"/a\"] }", "class", "route.pass"),
    broken(CLASS, "class = \"personal\"\nwebsocket = true", "class", "route.websocket"),
    broken(CLASS, "class = \"personal\"\npass = { json = [\"a\"] }", "pass", "route.pass.json"),
    broken(CLASS, "class = \"personal\"\npass = { html = [\"td:::x\"] }", "pass", "route.pass.html"),
    broken(CLASS, "class = \"product\"\nshown = true", "shown", "shown"),
];

#[rustfmt::skip]
const BROKEN_MAIL: &[Broken] = &[
    broken("[gateway]", "[mail.smtp]\nhost = \"mail.example\"\nport = 587\ntls = \"maybe\"\n[gateway]", "tls", "mail.smtp.tls"),
    broken("[gateway]", "[mail.smtp]\nhost = \"mail.example\"\nport = 25\ntls = \"none\"\n[gateway]", "tls = \"none", "mail.smtp.tls"),
    broken("[gateway]", "[mail.smtp]\nhost = \"mail.example\"\nuser = \"x\"\n[gateway]", "user", "mail.smtp.password_file"),
    broken("[gateway]", "[mail.smtp]\nhost = \"mail.example\"\npassword_file = \"secrets.toml\"\n[gateway]", "password_file", "mail.smtp.user"),
    broken("[gateway]", "[mail.smtp]\nhost = \"mail.example\"\nuser = \"x\"\npassword_file = \"nowhere\"\n[gateway]", "password_file", "mail.smtp.password_file"),
    broken("[gateway]", "[mail.smtp]\nhost = \"mail.example\"\nuser = \"x\"\noauth = \"nobody\"\n[gateway]", "oauth", "mail.smtp.oauth"),
    broken("[gateway]", "[mail.smtp]\nhost = \"https://mail.example\"\n[gateway]", "host", "mail.smtp.host"),
    broken("[gateway]", "[mail.smtp]\nhost = \"mail.example\"\nca = \"nowhere.pem\"\n[gateway]", "ca", "mail.smtp.ca"),
    broken("[gateway]", "[mail.smtp]\nhost = \"mail.example\"\nconnections = 9\n[gateway]", "connections", "mail.smtp.connections"),
    broken("[gateway]", "[[mail.oauth]]\nname = \"a b\"\nclient_id = \"x\"\n[gateway]", "name", "mail.oauth.name"),
    broken("[gateway]", "[[mail.oauth]]\nname = \"a\"\nclient_id = \"x\"\n[gateway]", "client_id", "mail.oauth.client_secret_file"),
    broken("[gateway]", "[[mail.oauth]]\nname = \"a\"\nat = \"microsoft\"\nclient_id = \"x\"\n[gateway]", "at", "mail.oauth.tenant"),
    broken("[gateway]", "[[mail.oauth]]\nname = \"a\"\nat = \"google\"\nclient_id = \"x\"\n[gateway]", "at", "mail.oauth.refresh_token_file"),
    broken("[gateway]", "[[mail.oauth]]\nname = \"a\"\ntoken_url = \"http://host.example/token\"\nclient_id = \"x\"\nclient_secret_file = \"secrets.toml\"\n[gateway]", "token_url", "mail.oauth.token_url"),
    broken("[gateway]", "[[support]]\naddress = \"support@nordlicht.example\"\nbounce_address = \"support@nordlicht.example\"\n[gateway]", "bounce_address", "support.bounce_address"),
    broken("[gateway]", "[[support]]\naddress = \"support@nordlicht.example\"\n[support.smtp]\nhost = \"mail.example\"\ntls = \"none\"\n[gateway]", "tls = \"none", "support.smtp.tls"),
    broken("[gateway]", "[[support]]\naddress = \"support\"\n[gateway]", "address", "support.address"),
    broken("[gateway]", "[[support]]\naddress = \"Support <support@nordlicht.example>\"\n[gateway]", "address", "support.address"),
    broken("[gateway]", "[[support]]\naddress = \"support@nördlicht.example\"\n[gateway]", "address", "support.address"),
    broken("[gateway]", "[[support]]\naddress = \"support@nordlicht.example\"\naliases = [\"SUPPORT@nordlicht.example\"]\n[gateway]", "aliases", "support.aliases"),
    broken("[gateway]", "[[support]]\naddress = \"support@nordlicht.example\"\ncountry = \"Germany\"\n[gateway]", "country", "support.country"),
    broken("[gateway]", "[[support]]\naddress = \"support@nordlicht.example\"\nticket_age = \"old\"\n[gateway]", "ticket_age", "support.ticket_age"),
    broken("[gateway]", "[[support]]\naddress = \"support@nordlicht.example\"\n[support.check]\nhow = \"trust\"\n[gateway]", "how", "support.check.how"),
    broken("[gateway]", "[[support]]\naddress = \"support@nordlicht.example\"\n[support.check]\nhow = \"header\"\n[gateway]", "how", "support.check.authserv_id"),
    broken("[gateway]", "[[support]]\naddress = \"support@nordlicht.example\"\n[support.check]\nhow = \"own\"\nauthserv_id = \"mx.nordlicht.example\"\n[gateway]", "authserv_id", "support.check.authserv_id"),
    broken("[gateway]", "[[support]]\nprovider = \"a\"\naddress = \"a@nordlicht.example\"\n[[support]]\naddress = \"b@nordlicht.example\"\n[gateway]", "address = \"b@", "support.provider"),
    broken("[gateway]", "[[support]]\nprovider = \"a\"\naddress = \"a@nordlicht.example\"\n[[support]]\naddress = \"b@nordlicht.example\"\nprovider  = \"a\"\n[gateway]", "provider  =", "support.provider"),
    broken("[gateway]", "[[support]]\naddress = \"support@nordlicht.example\"\n[support.imap]\nhost = \"imap.nordlicht.example\"\ntls = false\nuser = \"u\"\npassword_file = \"secrets.toml\"\n[gateway]", "tls", "support.imap.tls"),
    broken("[gateway]", "[[support]]\naddress = \"support@nordlicht.example\"\n[support.imap]\nhost = \"imap.nordlicht.example\"\nuser = \"u\"\npassword_file = \"nowhere\"\n[gateway]", "password_file", "support.imap.password_file"),
    broken("[gateway]", "[[support]]\naddress = \"support@nordlicht.example\"\n[support.imap]\nhost = \"imap.nordlicht.example\"\nuser = \"u\"\npassword = \"p\"\n[gateway]", "password", "password"),
    broken("[gateway]", "[[support]]\naddress = \"support@nordlicht.example\"\n[support.imap]\nhost = \"imap.nordlicht.example\"\nuser = \"u\"\npassword_file = \"secrets.toml\"\nafter = \"burn\"\n[gateway]", "after", "support.imap.after"),
    broken("[gateway]", "[[support]]\naddress = \"support@nordlicht.example\"\n[mail.lmtp]\nlisten = \"0.0.0.0:2400\"\n[gateway]", "listen = \"0", "mail.lmtp.listen"),
    broken("[gateway]", "[mail.receive]\nlisten = \"127.0.0.1:2500\"\n[gateway]", "listen = \"127.0.0.1:2500", "mail.receive.listen"),
    broken("[gateway]", "[[support]]\naddress = \"support@nordlicht.example\"\n[support.check]\nhow = \"header\"\nauthserv_id = \"mx\"\n[mail.receive]\nlisten = \"127.0.0.1:2500\"\n[gateway]", "listen = \"127.0.0.1:2500", "mail.receive.listen"),
    broken("[gateway]", "[[support]]\naddress = \"support@nordlicht.example\"\n[mail.receive]\nlisten = \"127.0.0.1:2500\"\nkey = \"k.pem\"\n[gateway]", "key = \"k", "mail.receive"),
    broken("[gateway]", "[mail]\nmax_bytes = 10\n[gateway]", "max_bytes", "mail.max_bytes"),
    broken("[gateway]", "[attachments]\nmax_files = 0\n[gateway]", "max_files", "attachments.max_files"),
];

const BUCKET: &str = "[attachments.s3]
endpoint = \"https://s3.nordlicht.example\"
region = \"eu-1\"
bucket = \"nordlicht-files\"
access_key_id = \"KEYID\"
secret_access_key_file = \"bucket-key\"
";

/// What is changed in [`BUCKET`], into what, and the key that is named.
const BROKEN_BUCKET: &[(&str, &str, &str)] = &[
    ("https://s3.nordlicht.example", "http://s3.nordlicht.example", "attachments.s3.endpoint"),
    ("https://s3.nordlicht.example", "https://u:p@s3.nordlicht.example", "attachments.s3.endpoint"),
    ("https://s3.nordlicht.example", "https://s3.nordlicht.example/files", "attachments.s3.endpoint"),
    ("https://s3.nordlicht.example", "ftp://s3.nordlicht.example", "attachments.s3.endpoint"),
    ("\"eu-1\"", "\"eu 1\"", "attachments.s3.region"),
    ("\"nordlicht-files\"", "\"Nordlicht/files\"", "attachments.s3.bucket"),
    ("\"nordlicht-files\"", "\"nordlicht.files\"\npath_style = false", "attachments.s3.path_style"),
    ("\"KEYID\"", "\"KEY, ID\"", "attachments.s3.access_key_id"),
    ("\"bucket-key\"", "\"nowhere\"", "attachments.s3.secret_access_key_file"),
    ("\"bucket-key\"", "\"pforte.toml\"", "attachments.s3.secret_access_key_file"),
    ("\"KEYID\"", "\"KEYID\"\nprefix = \"a/../b\"", "attachments.s3.prefix"),
    ("\"KEYID\"", "\"KEYID\"\nca = \"bucket-key\"", "attachments.s3: the settings"),
    ("https://s3.nordlicht.example", "http://127.0.0.1:9000\"\nca = \"bucket-key", "attachments.s3.ca"),
    ("secret_access_key_file = ", "secret_access_key = ", "secret_access_key"),
];

#[test]
fn x7_a_bucket_is_checked_and_its_key_never_told() {
    let (folder, config) = folder(&(usable() + BUCKET));
    fs::write(folder.path().join("bucket-key"), "NEVER-TOLD\n").expect("writes");
    let said = run(&["check-config"], &config, true);
    assert!(said.contains("in the bucket nordlicht-files (in the path) at https://s3.nordlicht.example"));
    assert!(said.contains("on their way in through") && !said.contains("NEVER-TOLD"), "{said}");
    for (from, to, key) in BROKEN_BUCKET {
        assert!(BUCKET.contains(from), "{from}");
        fs::write(&config, usable() + &BUCKET.replace(from, to)).expect("writes");
        let said = run(&["check-config"], &config, false);
        assert!(said.contains(key) && !said.contains("NEVER-TOLD"), "{to}: {said}");
    }
    let here = BUCKET.replace("https://s3.nordlicht.example", "http://127.0.0.1:9000/");
    fs::write(&config, usable() + &here + "prefix = \"pforte/files/\"\n").expect("writes");
    assert!(run(&["check-config"], &config, true).contains("at http://127.0.0.1:9000, below pforte/files/"));
}

/// A bucket that cannot be reached keeps nobody from starting; one that refuses does.
#[test]
fn x7_a_server_starts_without_its_bucket_but_not_with_a_refused_key() {
    let (folder, config) = folder(&usable());
    fs::write(folder.path().join("bucket-key"), "NEVER-TOLD\n").expect("writes");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let here = format!("http://{}", listener.local_addr().expect("an address"));
    let bucket = BUCKET.replace("https://s3.nordlicht.example", &here);
    fs::write(&config, usable() + &bucket).expect("writes");
    let refusing = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let body = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
        let _ = stream.read(&mut [0; 4096]);
        let head = format!("HTTP/1.1 403 Forbidden\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all((head + body).as_bytes()).expect("an answer");
    });
    let add = ["--name", "Suedwind", "--slug", "suedwind"];
    let said = run(&[&["init"], &add[..]].concat(), &config, false);
    refusing.join().expect("it was asked");
    assert!(said.contains("SignatureDoesNotMatch") && said.contains("secret_access_key_file"), "{said}");
    assert!(!said.contains("NEVER-TOLD") && !said.contains("Signature="), "{said}");
    // Now nobody listens there.
    let said = run(&[&["init"], &add[..]].concat(), &config, true);
    assert!(said.contains("it cannot be reached"), "{said}");
}

fn usable() -> String {
    config_text(7000, 7001, Path::new("data")) + &product_text(7002)
}

/// A folder with a configuration and keys.
fn folder(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("pforte.toml");
    fs::write(&config, usable()).expect("writes");
    init(&config);
    fs::write(&config, text).expect("writes");
    (folder, config)
}

#[test]
fn x7_errors_name_file_line_and_key() {
    let (_folder, config) = folder(&usable());
    assert!(run(&["check-config"], &config, true).contains("All of it can be used."));
    for case in BROKEN.iter().chain(BROKEN_MAIL) {
        let text = usable().replacen(case.from, case.to, 1);
        assert_ne!(text, usable(), "{} is not in the configuration", case.from);
        fs::write(&config, &text).expect("writes");
        let line = text.lines().position(|line| line.starts_with(case.line)).expect("the line") + 1;
        let said = run(&["check-config"], &config, false);
        let expected = format!("pforte: {}:{line}: {}: ", config.display(), case.key);
        assert!(said.starts_with(&expected), "{:?}: expected {expected}\nbut got {said}", case.to);
        assert!(said.len() > expected.len() + 10, "it does not say what to do: {said}");
    }
}

#[test]
fn errors_in_a_catalogue_of_its_own_name_that_file() {
    let (folder, config) = folder(&usable());
    let table = product_text(7002).replace("\"/**\"", "\"servers\"");
    let catalogue = folder.path().join("panel.toml");
    fs::write(&catalogue, &table).expect("writes");
    let text = config_text(7000, 7001, Path::new("data"));
    fs::write(&config, format!("catalogue = [\"panel.toml\"]\n{text}")).expect("writes");
    let line = table.lines().position(|line| line.starts_with("path")).expect("the line") + 1;
    for verb in ["check-config", "serve"] {
        let said = run(&[verb], &config, false);
        let expected = format!("{}:{line}: route.path: ", catalogue.display());
        assert!(said.contains(&expected), "expected {expected}\nbut got {said}");
    }
}

#[test]
fn two_products_with_one_id_are_refused() {
    let (_folder, config) = folder(&(usable() + &product_text(7003)));
    let said = run(&["check-config"], &config, false);
    assert!(said.contains("product.id: two products are called panel"), "{said}");
}

/// A product's page could set cookies for all of a registrable domain.
#[test]
fn portal_and_gateway_must_not_share_a_registrable_domain() {
    let pairs = [
        ("support.nordlicht.example", "gate.nordlicht.example", false),
        ("nordlicht.example", "gate.nordlicht.example", false),
        ("support.nordlicht.co.uk", "gate.nordlicht.co.uk", false),
        ("support.nordlicht.example", "nordlicht-gate.example", true),
        ("nordlicht.co.uk", "nordlicht-gate.co.uk", true),
    ];
    let (_folder, config) = folder(&usable());
    for (portal, gateway, fine) in pairs {
        let proxied =
            |host: &str| format!("public_url = \"https://{host}\"\ntrusted_proxies = [\"127.0.0.1\"]");
        let text = usable().replacen(PORTAL, &proxied(portal), 1).replacen(GATE, &proxied(gateway), 1);
        fs::write(&config, text).expect("writes");
        let said = run(&["check-config"], &config, fine);
        assert_eq!(said.contains("gateway.public_url: portal and gateway share the domain"), !fine, "{said}");
        if !fine {
            assert!(run(&["serve"], &config, false).contains("share the domain"), "the server starts so");
        }
    }
}

/// Mistakes in files are told before any port is taken: here all of them are in use, as beside a demo.
#[test]
fn keys_that_are_missing_too_open_or_broken_are_told_and_never_quoted() {
    let taken = [(); 2].map(|()| std::net::TcpListener::bind("127.0.0.1:0").expect("a port"));
    let [portal, gateway] = taken.each_ref().map(|t| t.local_addr().expect("an address").port());
    let text = config_text(portal, gateway, Path::new("data")) + &product_text(7002);
    let (folder, config) = folder(&text);
    let secrets = folder.path().join("secrets.toml");
    let whole = fs::read_to_string(&secrets).expect("keys");
    let key = whole.split('"').nth(1).expect("a key").to_owned();
    assert_eq!(fs::metadata(&secrets).expect("keys").permissions().mode() & 0o777, 0o600);
    for verb in ["check-config", "serve"] {
        fs::set_permissions(&secrets, Permissions::from_mode(0o644)).expect("opens");
        assert!(run(&[verb], &config, false).contains("chmod 600"), "too open");
        fs::set_permissions(&secrets, Permissions::from_mode(0o600)).expect("closes");
        fs::write(&secrets, whole.replace("token_keys", "tokens")).expect("writes");
        let said = run(&[verb], &config, false);
        assert!(said.contains("secrets.toml") && !said.contains(&key), "{said}");
        fs::write(&secrets, whole.replacen(&key, &key[1..], 1)).expect("writes");
        let said = run(&[verb], &config, false);
        assert!(said.contains("pin_key") && !said.contains(&key[1..]), "{said}");
        fs::remove_file(&secrets).expect("removes");
        let said = run(&[verb], &config, false);
        assert!(said.contains("secrets.toml") && said.contains("pforte init"), "{said}");
        fs::write(&secrets, &whole).expect("writes");
        fs::set_permissions(&secrets, Permissions::from_mode(0o600)).expect("closes");
    }
    let mut half = pforte(&["check-config", "--config"]);
    let output = half.arg(&config).env("PFORTE_PIN_KEY", &key).output().expect("the program runs");
    assert!(told(&output).contains("set all three"), "{}", told(&output));
    fs::remove_file(&secrets).expect("removes");
    let mut all = pforte(&["check-config", "--config"]);
    all.arg(&config).env("PFORTE_PIN_KEY", &key).env("PFORTE_SEAL_KEY", &key).env("PFORTE_TOKEN_KEYS", &key);
    let output = all.output().expect("the program runs");
    assert!(output.status.success(), "keys from the environment: {}", told(&output));
}

/// A server that stops at once after its start has nothing to complain of: its jobs end before the database closes.
#[test]
fn init_says_what_was_made_and_nothing_else() {
    for _ in 0..8 {
        let folder = tempfile::tempdir().expect("a folder");
        let said = init(&folder.path().join("pforte.toml"));
        assert!(!said.contains("ERROR") && !said.contains("WARN"), "{said}");
    }
}

#[test]
fn init_makes_a_configuration_that_can_be_used_and_keeps_what_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("pforte.toml");
    init(&config);
    assert!(run(&["check-config"], &config, true).contains("All of it can be used."));
    let before = [fs::read(&config), fs::read(folder.path().join("secrets.toml"))].map(|r| r.expect("made"));
    let again = run(&["init", "--name", "Other", "--slug", "nordlicht"], &config, false);
    assert!(again.contains("there is a provider called nordlicht already"), "{again}");
    let after = [fs::read(&config), fs::read(folder.path().join("secrets.toml"))].map(|r| r.expect("kept"));
    assert!(before == after, "a second start changed files");
}

#[test]
fn a_password_is_never_an_argument() {
    let (_folder, config) = folder(&usable());
    let help = pforte(&["staff", "add", "--help"]).output().expect("the program runs");
    assert!(!told(&help).contains("--password"), "{}", told(&help));
    let short = staff_add(&config, "ada", "short").expect_err("a short password");
    assert!(short.contains("password"), "{short}");
}

async fn sign_in(site: &Site, username: &str, password: &str, code: &str) -> Reply {
    let api = common::Api::new(site.portal, site.gateway);
    let body = json!({"provider": "nordlicht", "username": username, "password": password, "totp": code});
    api.call(None, "POST", "/sign-in/staff", Some(body)).await.expect("an answer")
}

fn serve(config: &Path) -> Command {
    let mut command = pforte(&["serve", "--config"]);
    command.arg(config);
    command
}

/// Rules M5, X1: password and one-time code, both, from the very first staff member on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn x1_init_staff_add_and_serve_lead_to_a_sign_in_with_password_and_totp() {
    let upstream = Upstream::start().await;
    let mut site = Site::new(&upstream);
    init(&site.config());
    let ada = staff_add(&site.config(), "ada", PASSWORD).expect("adds");
    site.start_as(serve(&site.config())).await;
    let demo = json!({"person": "00000000-0000-0000-0000-000000000000"});
    let api = common::Api::new(site.portal, site.gateway);
    let refused = api.call(None, "POST", "/sign-in/demo", Some(demo)).await.expect("an answer");
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "sample people on a real server");
    let wrong = sign_in(&site, "ada", PASSWORD, "000000").await;
    assert_eq!((wrong.status, wrong.code()), (StatusCode::UNAUTHORIZED, "sign_in.wrong"));
    let wrong = sign_in(&site, "ada", "another password", &code(&ada)).await;
    assert_eq!((wrong.status, wrong.code()), (StatusCode::UNAUTHORIZED, "sign_in.wrong"));
    let me = sign_in(&site, "ada", PASSWORD, &code(&ada)).await.good();
    assert_eq!((&me["name"], &me["strength"]), (&json!("Ada Sand"), &json!("password_totp")), "{me}");
    // While the server runs, through its socket.
    let bob = staff_add(&site.config(), "bob", PASSWORD).expect("adds");
    let me = sign_in(&site, "bob", PASSWORD, &code(&bob)).await.good();
    assert_eq!(me["staff"]["username"], "bob", "{me}");
    let twice = staff_add(&site.config(), "bob", PASSWORD).expect_err("the name is taken");
    assert!(!twice.contains("panicked"), "{twice}");
    // Rule Z10, issue U11: nobody can help Bob but whoever runs the server; the link leads to the last step, once.
    let told = run(&["staff", "recover", "--username", "bob"], &site.config(), true);
    let token =
        told.split("/recovery#").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a link");
    let begin = async || api.call(None, "POST", "/recovery/begin", Some(json!({ "token": token }))).await;
    let begun = begin().await.expect("an answer").good();
    assert_eq!((&begun["state"], &begun["way"]), (&json!("ready"), &json!("operator")), "{begun}");
    assert_eq!(begin().await.expect("an answer").code(), "recovery.over");
    let nobody = run(&["staff", "recover", "--username", "nobody"], &site.config(), false);
    assert!(nobody.contains("Not found"), "{nobody}");
    let socket = fs::metadata(site.data.join("pforte.sock")).expect("a socket");
    assert_eq!(socket.permissions().mode() & 0o077, 0, "others can open the socket");
    tools::terminate(site.pid());
    let status = site.ended(Duration::from_secs(20)).await;
    assert!(status.success(), "{status}:\n{}", site.told());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_on_the_same_database_is_refused() {
    let upstream = Upstream::start().await;
    let mut site = Site::new(&upstream);
    init(&site.config());
    site.start_as(serve(&site.config())).await;
    let [portal, gateway] = tools::free_ports();
    let second = site.folder.path().join("second.toml");
    fs::write(&second, config_text(portal, gateway, &site.data)).expect("writes");
    let said = run(&["serve"], &second, false);
    assert!(said.contains("another Pforte server holds"), "{said}");
    let said = run(&["init", "--name", "Other", "--slug", "other"], &second, false);
    assert!(said.contains("another Pforte server holds"), "{said}");
}

#[test]
fn the_printed_api_document_is_the_committed_one() {
    let output = pforte(&["openapi"]).output().expect("the program runs");
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let committed = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json"));
    let committed: serde_json::Value =
        serde_json::from_slice(&committed.expect("docs/openapi.json")).expect("JSON");
    assert!(printed == committed, "write it anew: pforte openapi > docs/openapi.json");
}

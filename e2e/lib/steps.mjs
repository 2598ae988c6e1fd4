// What people do, step by step, on the pages. Used by all tests, so that a changed page is changed here.
import { DEMO } from "./server.mjs";
import { totp } from "./totp.mjs";

/** A contact, Marta if nobody else is named, signs in with address and password. */
export async function signInCustomer(page, portal, address = DEMO.marta) {
	await page.goto(`${portal}/sign-in`);
	await page.locator('input[name="address"]').fill(address);
	await page.locator('input[name="password"]').fill(DEMO.password);
	await page.locator('form button[type="submit"]').click();
	await page.waitForURL("**/home");
	await page.getByTestId("door").waitFor();
}

/** A staff member signs in with password and one-time code. */
export async function signInStaff(page, portal, username = "lena") {
	await page.goto(`${portal}/sign-in?as=staff`);
	await page.locator('input[name="username"]').fill(username);
	await page.locator('input[name="password"]').fill(DEMO.password);
	await page.locator('input[name="totp"]').fill(totp(DEMO.totp));
	await page.locator('form button[type="submit"]').click();
	await page.waitForURL("**/desk");
	await page.getByRole("combobox").waitFor();
}

/** One press of Support shows the PIN; returns its digits. */
export async function showPin(page) {
	if (!(await page.getByTestId("pin").isVisible())) {
		await page.getByRole("button", { name: "Support", exact: true }).click();
	}
	return page.getByTestId("pin").getAttribute("data-digits");
}

/** The agent finds the customer by typing, without touching the mouse. */
export async function findCustomer(page, typed) {
	await page.keyboard.press("/");
	await page.keyboard.type(typed);
	await page.getByRole("option").first().waitFor();
	await page.keyboard.press("Enter");
	await page.waitForURL("**/desk/customers/*");
	await page.locator('input[name="digits"]').waitFor();
}

/** The agent types PIN, reason and caller, and presses Enter. */
export async function redeem(page, digits, { reason, from = "+49 30 23125 100" }) {
	await page.locator('input[name="digits"]').fill(digits);
	await page.locator('input[name="reason.text"]').fill(reason);
	await page.locator('input[name="record.from"]').fill(from);
	await page.keyboard.press("Enter");
}

/** The two words that are to be read aloud. */
export async function wordPair(page) {
	const words = page.getByTestId("words");
	await words.waitFor();
	return words.locator("span").allInnerTexts();
}

/** The agent presses Open; returns the tab with the product in it. */
export async function openProduct(page) {
	const opened = page.context().waitForEvent("page");
	await page.getByRole("button", { name: /Nordlicht panel/ }).click();
	const tab = await opened;
	try {
		await tab.getByRole("heading", { level: 1 }).waitFor();
	} catch (error) {
		const said = await page.getByRole("alert").allInnerTexts();
		throw new Error(`the product did not open: ${said.join(" · ")} (${error.message})`);
	}
	return tab;
}

/**
 * On a ticket that is taken over: opens the product, for the reason that is offered (rules T4, B10), or
 * for another one, as each further visit needs (rule T24).
 */
export async function openTicketProduct(page, reason) {
	const door = page.getByTestId("ticket-door");
	await door.getByRole("button", { name: /Nordlicht panel/ }).click();
	const field = door.locator('input[name="reason.text"]');
	await field.waitFor();
	if (reason) await field.fill(reason);
	const opened = page.context().waitForEvent("page");
	await page.keyboard.press("Enter");
	const tab = await opened;
	await tab.getByRole("heading", { level: 1 }).waitFor();
	return tab;
}

/** From the closed door to the open product; for tests that are about something else. */
export async function letIn(customer, agent, portal, reason = "Der Shop antwortet langsam") {
	await Promise.all([signInCustomer(customer, portal), signInStaff(agent, portal)]);
	const digits = await showPin(customer);
	await findCustomer(agent, "Oduya");
	await redeem(agent, digits, { reason });
	await wordPair(agent);
	return openProduct(agent);
}

/** Asks the API as whoever is signed in on this page; what is refused is thrown, with its code. */
export async function api(page, method, path, body) {
	const { status, answer } = await ask(page, method, path, body);
	if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
	return answer;
}

/** Asks the API; returns status and body, refused or not. */
export function ask(page, method, path, body) {
	return page.evaluate(
		async ([method, path, body]) => {
			const options = { method, headers: {} };
			if (body !== undefined) {
				options.headers["content-type"] = "application/json";
				options.body = JSON.stringify(body);
			}
			const response = await fetch(`/api/v1${path}`, options);
			const text = await response.text();
			return { status: response.status, answer: text ? JSON.parse(text) : null };
		},
		[method, path, body],
	);
}

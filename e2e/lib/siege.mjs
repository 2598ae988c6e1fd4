// A thread that holds connections without ever sending what it announced. Says once how many it made.
import { connect } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

const { port, from, held, head } = workerData;
let made = 0;

function hold() {
	return new Promise((done) => {
		const socket = connect({ port, host: "127.0.0.1", localAddress: from });
		socket.on("connect", () => {
			made += 1;
			socket.write(head);
			done();
		});
		socket.on("error", done);
		socket.on("data", () => {});
		socket.on("close", () => setTimeout(hold, 3000));
	});
}

for (let n = 0; n < held; n += 100) {
	await Promise.all(Array.from({ length: 100 }, hold));
}
parentPort.postMessage(made);

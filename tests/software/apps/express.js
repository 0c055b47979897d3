// An application on Express: "node express.js PORT TRUST", where TRUST is the JSON of the `trust proxy` setting.
const express = require("express");
const app = express();
app.set("trust proxy", JSON.parse(process.argv[3]));
app.get("/", (request, response) => response.json({ ip: request.ip }));
app.listen(Number(process.argv[2]), "127.0.0.1");

import { app } from "@azure/functions";
import { closeApp } from "../src/app.ts";

app.hook.appTerminate(() => closeApp());

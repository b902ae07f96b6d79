package io.bellwether.scenarios;

/** A script says what cannot be done, or not understood. */
final class ScriptException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ScriptException(String what) {
        super(what);
    }
}

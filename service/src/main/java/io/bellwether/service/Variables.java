package io.bellwether.service;

import java.util.Map;
import org.apache.commons.text.StringSubstitutor;
import org.jspecify.annotations.Nullable;

/**
 * Puts environment variables into {@code config.yml}: {@code '${NAME:-default}'}, where the default may name others.
 *
 * <p>An empty variable counts as one that isn't set, as container tools pass them. What a variable holds is a value and
 * nothing else: a <code>${</code> in it stays as it is, and a quote is doubled, so that it can't end the single quotes
 * in which the file puts it. A variable without a value and without a default is an error.
 */
final class Variables extends StringSubstitutor {
    Variables(Map<String, String> environment) {
        super(name -> valueOf(environment.get(name)));
        setEnableSubstitutionInVariables(true);
        setDisableSubstitutionInValues(true);
        setEnableUndefinedVariableException(true);
    }

    private static @Nullable String valueOf(@Nullable String variable) {
        return variable == null || variable.isEmpty() ? null : variable.replace("'", "''");
    }
}

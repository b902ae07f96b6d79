package io.bellwether.service;

import io.bellwether.service.storage.StorageFailure;
import io.bellwether.service.storage.StoreDamaged;
import io.bellwether.service.storage.StoreRefused;
import io.dropwizard.configuration.ConfigurationException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** Why a command did not do its work, for whoever typed it: a sentence, and a stack trace only for our own mistakes. */
final class StartFailure {
    private StartFailure() {}

    static void print(String command, Throwable failure, PrintWriter errors) {
        String taken = takenAddress(failure);
        if (taken != null) {
            errors.println(command + ": " + taken + ". Stop what uses the address, or choose another"
                    + " (BELLWETHER_HTTP_PORT, BELLWETHER_ADMIN_PORT, BELLWETHER_BIND)");
        } else if (isExpected(failure)) {
            errors.println(command + ": " + sentence(failure));
        } else {
            errors.println(command + ": failed by a mistake of the program. Report it, with what follows");
            failure.printStackTrace(errors);
        }
        errors.flush();
    }

    /** Jetty wraps it, and names the address in the wrapping next to it. */
    private static @Nullable String takenAddress(Throwable failure) {
        for (Throwable outer = failure; outer.getCause() != null; outer = outer.getCause()) {
            if (outer.getCause() instanceof BindException taken) {
                return outer.getMessage() + ": " + taken.getMessage();
            }
        }
        return failure instanceof BindException ? failure.getMessage() : null;
    }

    private static boolean isExpected(Throwable failure) {
        return failure instanceof ConfigurationException
                || failure instanceof StoreRefused
                || failure instanceof StoreDamaged
                || failure instanceof StorageFailure
                || failure instanceof IOException;
    }

    private static String sentence(Throwable failure) {
        if (failure instanceof NoSuchFileException missing) {
            return "there is no file " + missing.getFile();
        }
        if (failure instanceof FileSystemException) {
            return failure.toString(); // its message is nothing but a path
        }
        // A parser's word on where it was in a stream that nobody sees.
        return String.valueOf(failure.getMessage())
                .replaceAll("(?m)^ at \\[Source: .*$", "")
                .strip();
    }
}

package io.bellwether.service.http;

/** Ends the reading of a request that can't be fulfilled. Carries no stack: it is an answer, not a failure of ours. */
final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    ProblemException(ProblemCode code, String detail) {
        super(detail, null, false, false);
        this.problem = Problem.of(code, detail);
    }

    /** @param fate what became of what was asked */
    ProblemException(ProblemCode code, String detail, WriteFate fate) {
        super(detail, null, false, false);
        this.problem = Problem.of(code, detail).with(fate);
    }

    Problem problem() {
        return problem;
    }
}

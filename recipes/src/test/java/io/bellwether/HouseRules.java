package io.bellwether;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;

/**
 * The rules of the house, said once for both modules. A room that holds no class yet passes: the map may be drawn
 * before the walls are built.
 */
public final class HouseRules {
    /** What code that gives the same answer in each run may use of the JDK: no threads, no I/O. */
    private static final DescribedPredicate<JavaClass> LANGUAGE = resideInAnyPackage(
                    "java.lang..", "java.util..", "java.nio.charset")
            .and(not(resideInAPackage("java.util.concurrent..")))
            .and(not(type(Thread.class)))
            .as("the language, without threads");

    private HouseRules() {}

    /** {@code room} decides and does nothing else: it knows the bare language, JSpecify and {@code others}. */
    public static ArchRule pureRoom(String room, String... others) {
        DescribedPredicate<JavaClass> known =
                LANGUAGE.or(resideInAPackage("org.jspecify.annotations")).or(insides(room, others));
        return classes()
                .that(resideInAPackage(room))
                .should()
                .onlyDependOnClassesThat(known)
                .as(room + " knows only the language, JSpecify and " + List.of(others))
                .allowEmptyShould(true);
    }

    /** {@code room} may use all of the JDK, JSpecify and {@code others}. */
    public static ArchRule room(String room, String... others) {
        DescribedPredicate<JavaClass> known =
                resideInAnyPackage("java..", "org.jspecify.annotations").or(insides(room, others));
        return classes()
                .that(resideInAPackage(room))
                .should()
                .onlyDependOnClassesThat(known)
                .as(room + " knows only the JDK, JSpecify and " + List.of(others))
                .allowEmptyShould(true);
    }

    /** Of our own rooms, {@code room} knows {@code others}; what it uses from elsewhere is its own affair. */
    public static ArchRule roomAmongOurs(String room, String... others) {
        DescribedPredicate<JavaClass> strangers =
                resideInAPackage("io.bellwether..").and(not(insides(room, others)));
        return noClasses()
                .that(resideInAPackage(room))
                .should()
                .dependOnClassesThat(strangers)
                .as(room + " knows of our rooms only " + List.of(others))
                .allowEmptyShould(true);
    }

    /** Clock and dice are passed in: a decision that asks them itself can't be replayed from a seed. */
    public static ArchRule noClockAndNoDice(String... rooms) {
        return noClasses()
                .that(resideInAnyPackage(rooms))
                .should()
                .accessTargetWhere(CLOCK_OR_DICE)
                .orShould()
                .dependOnClassesThat(resideInAPackage("java.util.random"))
                .as(List.of(rooms) + " ask neither clock nor dice")
                .allowEmptyShould(true);
    }

    /** Whoever waits, waits for a condition with a deadline. */
    public static ArchRule nobodySleeps() {
        return noClasses().should().accessTargetWhere(SLEEP).as("nobody sleeps");
    }

    private static final DescribedPredicate<JavaAccess<?>> SLEEP = access(
                    "sleep",
                    target -> target.endsWith(".Thread.sleep")
                            || target.endsWith(".TimeUnit.sleep")
                            || target.endsWith(".Uninterruptibles.sleepUninterruptibly"))
            .or(DescribedPredicate.describe(
                    "park without naming what is waited for",
                    access -> access.getTarget().getFullName().endsWith(".LockSupport.parkNanos(long)")));

    private static final List<String> CLOCKS_AND_DICE = List.of(
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.lang.Math.random",
            "java.util.UUID.randomUUID",
            "java.util.Collections.shuffle",
            "java.util.Date.<init>");

    private static final List<String> CLOCK_AND_DICE_CLASSES = List.of(
            "java.time.Clock",
            "java.util.Random",
            "java.util.SplittableRandom",
            "java.security.SecureRandom",
            "java.util.concurrent.ThreadLocalRandom");

    private static final DescribedPredicate<JavaAccess<?>> CLOCK_OR_DICE = access(
            "the clock or the dice",
            target -> CLOCKS_AND_DICE.contains(target)
                    || (target.startsWith("java.time.") && target.endsWith(".now"))
                    || CLOCK_AND_DICE_CLASSES.stream().anyMatch(name -> target.startsWith(name + ".")));

    private interface TargetName {
        boolean matches(String ownerAndMember);
    }

    private static DescribedPredicate<JavaAccess<?>> access(String description, TargetName name) {
        return DescribedPredicate.describe(
                description,
                access -> name.matches(access.getTargetOwner().getName() + "."
                        + access.getTarget().getName()));
    }

    private static DescribedPredicate<JavaClass> insides(String room, String... others) {
        return resideInAPackage(room).or(resideInAnyPackage(others));
    }
}

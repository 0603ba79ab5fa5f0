// Asks veraPDF of each file whether it is what it says it is: a line for each file and standard, `ok` or the first rules that
// are broken. Call: Validate FLAVOUR,FLAVOUR FILE…
import java.io.FileInputStream;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;

public class Validate {
    private static final int FAILURES_MAX = 50;

    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        var foundry = Foundries.defaultInstance();
        for (int file = 1; file < arguments.length; file++) {
            for (var name : arguments[0].split(",")) {
                var flavour = PDFAFlavour.byFlavourId(name);
                try (var parser = foundry.createParser(new FileInputStream(arguments[file]), flavour);
                        var validator = foundry.createValidator(flavour, FAILURES_MAX, false, false, false)) {
                    var result = validator.validate(parser);
                    var broken = new TreeMap<String, String>();
                    for (var assertion : result.getTestAssertions()) {
                        if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                            var rule = assertion.getRuleId();
                            broken.putIfAbsent(rule.getClause() + "-" + rule.getTestNumber(), assertion.getMessage());
                        }
                    }
                    var verdict = result.isCompliant() ? "ok" : "broken " + broken;
                    System.out.println(arguments[file] + " " + name + " " + verdict.replace('\n', ' '));
                }
            }
        }
    }
}

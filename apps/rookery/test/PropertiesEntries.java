import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Properties;

/** Reads one text a line, in base64, and prints what java.util.Properties makes of it; see src/properties.test.ts. */
public class PropertiesEntries {
    public static void main(String[] arguments) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        StringBuilder output = new StringBuilder();
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            output.append(entries(new String(Base64.getDecoder().decode(line), "UTF-8"))).append('\n');
        }
        System.out.print(output);
    }

    private static String entries(String text) throws Exception {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IllegalArgumentException malformed) {
            return "malformed";
        }
        List<String> entries = new ArrayList<>();
        for (String key : properties.stringPropertyNames()) {
            entries.add(base64(key) + "=" + base64(properties.getProperty(key)));
        }
        Collections.sort(entries);
        return String.join(",", entries);
    }

    private static String base64(String text) throws Exception {
        return Base64.getEncoder().encodeToString(text.getBytes("UTF-8"));
    }
}
